import { randomBytes } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { logChange } from '../audit-log/change-log.js';
import { AppError } from '../http/app-error.js';
import { hashKey } from './api-key.js';
import { endInvitations } from './first-key.js';
import type { Principal } from './principal.js';

const VALID_DAYS = 7;

type Maker = Pick<Principal, 'user_id' | 'expires_at'>;

export interface NewInvitation {
  id: string;
  /** Shown once: whoever sends it to `POST /api/claims` gets the key of the invited person. */
  claim: string;
  expires_at: Date;
}

const INSERT_INVITATION = `
  INSERT INTO invitations (id, organisation_id, user_id, hash, created_by, expires_at)
  VALUES ($1, $2, $3, $4, $5, least(now() + $6 * interval '1 day', $7)) RETURNING expires_at`;

/**
 * Invites a person who has never held a key here. A person who has may own private data already, and an invitation would
 * open it to whoever made the invitation: so only that person makes further keys, or the operator on the host. An
 * invitation is open no longer than the key that made it is good.
 */
export async function invite(
  tx: EntityManager,
  { organisation_id, user_id, by }: { organisation_id: string; user_id: string; by: Maker },
): Promise<NewInvitation> {
  if (await hasHeldKey(tx, organisation_id, user_id))
    throw new AppError('already_claimed', 'This person has held a key, and makes further ones alone.');
  await endInvitations(tx, { organisation_id, user_id });
  const id = uuidv7();
  const claim = `nsc_${randomBytes(32).toString('base64url')}`;
  const [{ expires_at }]: [{ expires_at: Date }] = await tx.query(INSERT_INVITATION, [
    id,
    organisation_id,
    user_id,
    hashKey(claim),
    by.user_id,
    VALID_DAYS,
    by.expires_at,
  ]);
  await logChange(tx, {
    organisation_id,
    changed_by: by.user_id,
    subject: 'invitation',
    subject_id: id,
    before: null,
    after: { user_id, expires_at },
  });
  return { id, claim, expires_at };
}

export async function hasHeldKey(
  tx: EntityManager,
  organisation_id: string,
  user_id: string,
): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    `SELECT 1 FROM key_holders WHERE organisation_id = $1 AND user_id = $2`,
    [organisation_id, user_id],
  );
  return rows.length > 0;
}
