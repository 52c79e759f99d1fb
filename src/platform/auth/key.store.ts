import type { DataSource, EntityManager } from 'typeorm';
import { ApiKey } from '../db/entities/tenancy.entity.js';
import type { MemberId } from './member.store.js';
import type { Principal } from './principal.js';

export interface ShownKey extends Omit<ApiKey, 'hash' | 'organisation_id'> {
  service: boolean;
}

/** A condition on `k`, the key, follows this text. */
const SHOWN = `
  SELECT k.id, k.user_id, k.name, k.prefix, k.scopes, k.created_at, k.created_by, k.expires_at, k.last_used_at, k.revoked_at, m.service
    FROM api_keys k JOIN memberships m USING (organisation_id, user_id)`;

/** Takes $1 to $3 from `seer`, and `k`, the key. */
const MAY_SEE = `k.organisation_id = $1 AND (k.user_id = $2 OR $3)`;

const seer = ({ organisation_id, user_id, permissions, role }: Principal) => [
  organisation_id,
  user_id,
  (role === 'owner' || role === 'admin') && permissions.has('members:write'),
];

const LIST_KEYS = `${SHOWN} WHERE ${MAY_SEE} ORDER BY k.id`;

export function listKeys(db: DataSource, caller: Principal): Promise<ShownKey[]> {
  return db.query(LIST_KEYS, seer(caller));
}

const FIND_KEY = `${SHOWN} WHERE k.id = $4 AND ${MAY_SEE}`;

export async function findKey(db: DataSource, caller: Principal, id: string): Promise<ShownKey | null> {
  const [key]: ShownKey[] = await db.query(FIND_KEY, [...seer(caller), id]);
  return key ?? null;
}

export interface KeyMaker {
  created_by: string | null;
  server_admin: boolean;
  borrowed: boolean;
}

const MAKER_OF_KEY = `
  SELECT k.created_by, m.server_admin, k.created_by IS NOT NULL AND k.created_by <> k.user_id AS borrowed
    FROM api_keys k JOIN memberships m USING (organisation_id, user_id) WHERE k.id = $1`;

export async function makerOf(db: DataSource, key_id: string): Promise<KeyMaker | null> {
  const [maker]: KeyMaker[] = await db.query(MAKER_OF_KEY, [key_id]);
  return maker ?? null;
}

type NewApiKey = MemberId &
  Pick<ApiKey, 'id' | 'name' | 'prefix' | 'hash' | 'scopes' | 'created_by'> & { expires_at?: Date | null };

export async function insertKey(tx: EntityManager, key: NewApiKey): Promise<void> {
  await tx.getRepository(ApiKey).insert(key);
}

export async function revokeKey(
  tx: EntityManager,
  { id, organisation_id, revoked_at }: Pick<ApiKey, 'id' | 'organisation_id'> & { revoked_at: Date },
): Promise<void> {
  await tx.getRepository(ApiKey).update({ id, organisation_id }, { revoked_at });
}

const REVOKE_KEYS = `
  UPDATE api_keys SET revoked_at = now()
   WHERE organisation_id = $1 AND user_id = $2 AND revoked_at IS NULL RETURNING id, revoked_at`;

/** Revokes every key of the person that is in use. */
export async function revokeKeys(
  tx: EntityManager,
  { organisation_id, user_id }: MemberId,
): Promise<{ id: string; revoked_at: Date }[]> {
  const [revoked]: [{ id: string; revoked_at: Date }[]] = await tx.query(REVOKE_KEYS, [
    organisation_id,
    user_id,
  ]);
  return revoked;
}

const INSERT_KEY_HOLDER = `INSERT INTO key_holders (organisation_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`;

/** The person counts from now on as one who has held a key, also when every key is revoked. */
export async function insertKeyHolder(
  tx: EntityManager,
  { organisation_id, user_id }: MemberId,
): Promise<void> {
  await tx.query(INSERT_KEY_HOLDER, [organisation_id, user_id]);
}

const HAS_HELD_KEY = `SELECT 1 FROM key_holders WHERE organisation_id = $1 AND user_id = $2`;

export async function hasHeldKey(
  tx: EntityManager,
  { organisation_id, user_id }: MemberId,
): Promise<boolean> {
  const rows: unknown[] = await tx.query(HAS_HELD_KEY, [organisation_id, user_id]);
  return rows.length > 0;
}
