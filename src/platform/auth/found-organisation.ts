import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { insertMembership, keepUser } from './member.store.js';
import { insertOrganisation } from './organisation.store.js';

export interface Founded {
  organisation_id: string;
  user_id: string;
}

/** Makes an organisation with its owner, who may belong to another one already. A taken name is PostgreSQL's 23505. */
export async function foundOrganisation(
  tx: EntityManager,
  { name, owner }: { name: string; owner: { email: string; name: string } },
): Promise<Founded> {
  const organisation_id = uuidv7();
  await insertOrganisation(tx, { id: organisation_id, name, slug: slugOf(name, organisation_id) });
  const user_id = await keepUser(tx, uuidv7(), owner.email);
  await insertMembership(tx, { organisation_id, user_id, name: owner.name, role: 'owner' });
  return { organisation_id, user_id };
}

/**
 * The slug is for people to read. Names in other scripts may come to the same letters, so the end of the id is part of
 * it.
 */
function slugOf(name: string, id: string): string {
  const letters = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return [letters.slice(0, 60), id.slice(-8)].filter((part) => part !== '').join('-');
}
