import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { Caller, type Json } from '../../support/caller.js';
import { expectProblem } from '../../support/problems.js';
import { useApi } from '../../support/use-api.js';
import { newKey, newMember } from './people.js';

const used = useApi();
let db: ReturnType<typeof createDataSource>;
beforeAll(async () => {
  db = await createDataSource(used.stack.database, 2).initialize();
});
afterAll(() => db.destroy());

const soon = () => new Date(Date.now() + 3_600_000).toISOString();
const added = async (role: string, api = used.api): Promise<Json> => {
  const made = await api.post('/api/members', { email: `${randomUUID()}@acme.test`, name: 'New', role });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body;
};
const claim = ({ invitation }: Json) =>
  new Caller(used.url, '').post('/api/claims', { claim: invitation.claim });
const permissionsOf = async (api: Caller): Promise<string[]> => (await api.get('/api/me')).body.permissions;
const administer = (api: Caller, user_id: string, server_admin = true) =>
  api.send('PUT', `/api/members/${user_id}/server-administration`, { server_admin });
const decides = async (user_id: string): Promise<boolean> =>
  (await db.query(`SELECT server_admin FROM memberships WHERE user_id = $1`, [user_id]))[0].server_admin;

describe('an invitation', () => {
  test('made by a key that expires is open no longer than that key, and its role stays', async () => {
    const expires_at = soon();
    const { api } = await newKey(used.api, { expires_at });
    const first = await added('member', api);
    expect(first.invitation.expires_at).toBe(expires_at);
    const again = await api.post(`/api/members/${first.user_id}/invitations`);
    expect(again.body.expires_at).toBe(expires_at);
    const organisation = await api.post('/api/organisations', {
      name: `Founded ${randomUUID()}`,
      owner: { email: `${randomUUID()}@acme.test`, name: 'Owner' },
    });
    expect(organisation.body.invitation.expires_at).toBe(expires_at);
    const claimed = await claim({ invitation: again.body });
    expect(claimed.status, JSON.stringify(claimed.body)).toBe(201);
    const own = new Caller(used.url, claimed.body.api_key);
    const [key] = (await own.get('/api/api-keys')).body.api_keys;
    expect(key).toMatchObject({ expires_at: null, user_id: first.user_id });
    const lasting = await added('member');
    expect(Date.parse(lasting.invitation.expires_at)).toBeGreaterThan(Date.now() + 6 * 86_400_000);
  });

  test('ends when the role changes: its code opens no role that its maker could not give', async () => {
    const viewer = await newMember(used.api, 'viewer');
    const scopes = [...(await permissionsOf(viewer.api)), 'members:write'];
    const { api } = await newKey(used.api, { scopes });
    const lent = await added('viewer', api);
    const path = `/api/members/${lent.user_id}`;
    expect((await used.api.send('PATCH', path, { role: 'viewer' })).status).toBe(200);
    expect((await used.api.send('PATCH', path, { role: 'owner' })).status).toBe(200);
    expectProblem(await claim(lent), 'claim_invalid');
    expectProblem(await api.post(`${path}/invitations`), 'forbidden');
    const renewed = await used.api.post(`${path}/invitations`);
    expect((await claim({ invitation: renewed.body })).status).toBe(201);
  });

  test('is still open when the same role is given once more', async () => {
    const one = await added('viewer');
    expect((await used.api.send('PATCH', `/api/members/${one.user_id}`, { role: 'viewer' })).status).toBe(
      200,
    );
    expect((await claim(one)).status).toBe(201);
  });

  test.each([
    ['is removed', (id: string) => used.api.send('DELETE', `/api/members/${id}`)],
    ['gets a lower role', (id: string) => used.api.send('PATCH', `/api/members/${id}`, { role: 'member' })],
  ])('ends when who made it %s', async (_, act) => {
    const admin = await newMember(used.api, 'admin');
    const [theirs, ours] = [await added('admin', admin.api), await added('admin')];
    expect((await act(admin.user_id)).status).toBeLessThan(300);
    expectProblem(await claim(theirs), 'claim_invalid');
    expect((await claim(ours)).status).toBe(201);
  });
});

test('a key that is limited to scopes makes none without a limit, also where both may do the same now', async () => {
  const viewer = await newMember(used.api, 'viewer');
  const scopes = await permissionsOf(viewer.api);
  const { api } = await newKey(viewer.api, { scopes });
  for (const wanted of [{}, { scopes: ['*'] }, { scopes: [...scopes, '*'] }]) {
    const refused = await api.post('/api/api-keys', { name: 'grows', ...wanted });
    expectProblem(refused, 'forbidden');
    expect(refused.body.detail).toContain('`*`');
  }
  const made = await newKey(api, { scopes });
  expect((await used.api.send('PATCH', `/api/members/${viewer.user_id}`, { role: 'owner' })).status).toBe(
    200,
  );
  expect((await permissionsOf(made.api)).sort()).toEqual(scopes.sort());
});

test('an organisation is made only by a key that may do what its owner may', async () => {
  const { api } = await newKey(used.api, { scopes: ['server:write', 'server:read'] });
  const name = `Lent ${randomUUID()}`;
  const owner = { email: `${randomUUID()}@acme.test`, name: 'Owner' };
  const refused = await api.post('/api/organisations', { name, owner });
  expectProblem(refused, 'forbidden');
  expect(refused.body.detail).toContain('runs:write');
  const { organisations } = (await used.api.get('/api/organisations')).body;
  expect(organisations.map((one: Json) => one.name)).not.toContain(name);
  expect((await used.api.post('/api/organisations', { name, owner })).status).toBe(201);
});

describe('server administration', () => {
  test('is given by no key that is limited to scopes or that expires, and taken by both', async () => {
    const owner = await newMember(used.api, 'owner');
    const all = await permissionsOf(used.api);
    const limited = [
      [await newKey(used.api, { scopes: ['server:write'] }), 'limited to scopes'],
      [await newKey(used.api, { scopes: all }), 'limited to scopes'],
      [await newKey(used.api, { expires_at: soon() }), 'expires'],
    ] as const;
    for (const [{ api }, lack] of limited) {
      const refused = await administer(api, owner.user_id);
      expectProblem(refused, 'forbidden');
      expect(refused.body.detail).toContain(lack);
      expect(await decides(owner.user_id)).toBe(false);
    }
    for (const [{ api }] of limited) {
      expect((await administer(used.api, owner.user_id)).status).toBe(204);
      expect((await administer(api, owner.user_id, false)).status).toBe(204);
      expect(await decides(owner.user_id)).toBe(false);
    }
  });

  test('is given to nobody who has not claimed a key: whoever invited them may hold the code', async () => {
    const owner = await added('owner');
    expectProblem(await administer(used.api, owner.user_id), 'not_claimed');
    expect(await decides(owner.user_id)).toBe(false);
    expect((await claim(owner)).status).toBe(201);
    expect((await administer(used.api, owner.user_id)).status).toBe(204);
    expect((await administer(used.api, owner.user_id, false)).status).toBe(204);
  });
});
