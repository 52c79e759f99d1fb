import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { makeKey } from './api-key.js';

interface Person {
  organisation_id: string;
  user_id: string;
}

/** A key with everything that its person may do. From now on no invitation opens in that person’s name. */
export async function makeOwnKey(
  tx: EntityManager,
  { organisation_id, user_id }: Person,
  name: string,
): Promise<{ id: string; api_key: string }> {
  const { key, prefix, hash } = makeKey();
  const id = uuidv7();
  await tx.query(
    `INSERT INTO api_keys (id, organisation_id, user_id, name, prefix, hash, scopes, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, '{*}', $3)`,
    [id, organisation_id, user_id, name, prefix, hash],
  );
  await tx.query(
    `INSERT INTO key_holders (organisation_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
    [organisation_id, user_id],
  );
  await endInvitations(tx, { organisation_id, user_id });
  return { id, api_key: key };
}

const END_INVITATIONS = `
  UPDATE invitations SET revoked_at = now()
   WHERE organisation_id = $1 AND user_id = $2 AND claimed_at IS NULL AND revoked_at IS NULL`;

/** The open invitation of a person ends when a later one or a key of the person’s own takes its place, or the role changes. */
export async function endInvitations(tx: EntityManager, { organisation_id, user_id }: Person): Promise<void> {
  await tx.query(END_INVITATIONS, [organisation_id, user_id]);
}

const END_INVITATIONS_BY = `
  UPDATE invitations SET revoked_at = now()
   WHERE organisation_id = $1 AND created_by = $2 AND claimed_at IS NULL AND revoked_at IS NULL`;

/** Whoever made an invitation may still hold its code: what this person may no longer give ends. */
export async function endInvitationsBy(
  tx: EntityManager,
  { organisation_id, user_id }: Person,
): Promise<void> {
  await tx.query(END_INVITATIONS_BY, [organisation_id, user_id]);
}
