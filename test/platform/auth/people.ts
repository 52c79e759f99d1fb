import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Role } from '../../../src/platform/auth/roles.js';
import { Caller } from '../../support/caller.js';

export interface Person {
  user_id: string;
  email: string;
  key_id: string;
  api: Caller;
}

/** A new member of the organisation of `owner`, with a key. */
export async function newMember(owner: Caller, role: Role, scopes: string[] = ['*']): Promise<Person> {
  const email = `${randomUUID()}@acme.test`;
  const added = await owner.post('/api/members', { email, name: `A ${role}`, role });
  expect(added.status, JSON.stringify(added.body)).toBe(201);
  const { user_id, invitation } = added.body;
  const claimed = await owner.post('/api/claims', { claim: invitation.claim });
  expect(claimed.status, JSON.stringify(claimed.body)).toBe(201);
  const own = new Caller(owner.url, claimed.body.api_key);
  if (scopes.includes('*')) return { user_id, email, key_id: claimed.body.id, api: own };
  const { id, api } = await newKey(own, { scopes });
  return { user_id, email, key_id: id, api };
}

export async function newKey(owner: Caller, wanted: object = {}): Promise<{ id: string; api: Caller }> {
  const made = await owner.post('/api/api-keys', { name: 'a key', ...wanted });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return { id: made.body.id, api: new Caller(owner.url, made.body.api_key) };
}
