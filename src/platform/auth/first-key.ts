import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { makeKey } from './api-key.js';
import { endInvitations } from './invitation.store.js';
import { insertKey, insertKeyHolder } from './key.store.js';
import type { MemberId } from './member.store.js';

/** A key with everything that its person may do. From now on no invitation opens in that person's name. */
export async function makeOwnKey(
  tx: EntityManager,
  { organisation_id, user_id }: MemberId,
  name: string,
): Promise<{ id: string; api_key: string }> {
  const { key, prefix, hash } = makeKey();
  const id = uuidv7();
  const created_by = user_id;
  await insertKey(tx, { id, organisation_id, user_id, name, prefix, hash, scopes: ['*'], created_by });
  await insertKeyHolder(tx, { organisation_id, user_id });
  await endInvitations(tx, { organisation_id, user_id });
  return { id, api_key: key };
}
