import type { DataSource, EntityManager } from 'typeorm';
import type { MemberId } from './member.store.js';

export interface Invitation {
  id: string;
  user_id: string;
  email: string;
  created_by: string | null;
  created_at: Date;
  expires_at: Date;
  claimed_at: Date | null;
  revoked_at: Date | null;
}

/** A condition on `i`, the invitation, follows this text. */
const SHOWN = `
  SELECT i.id, i.user_id, u.email, i.created_by, i.created_at, i.expires_at, i.claimed_at, i.revoked_at
    FROM invitations i JOIN users u ON u.id = i.user_id`;

const LIST_INVITATIONS = `${SHOWN} WHERE i.organisation_id = $1 ORDER BY i.id DESC LIMIT 500`;

export function listInvitations(db: DataSource, organisation_id: string): Promise<Invitation[]> {
  return db.query(LIST_INVITATIONS, [organisation_id]);
}

const FIND_INVITATION = `${SHOWN} WHERE i.id = $1 AND i.organisation_id = $2`;

export async function findInvitation(
  tx: EntityManager,
  id: string,
  organisation_id: string,
): Promise<Invitation | null> {
  const [invitation]: Invitation[] = await tx.query(FIND_INVITATION, [id, organisation_id]);
  return invitation ?? null;
}

const INSERT_INVITATION = `
  INSERT INTO invitations (id, organisation_id, user_id, hash, created_by, expires_at)
  VALUES ($1, $2, $3, $4, $5, least(now() + $6 * interval '1 day', $7)) RETURNING expires_at`;

interface StoredInvitation extends MemberId {
  id: string;
  hash: Buffer;
  created_by: string;
  valid_days: number;
  /** The end of the inviting key; null if it does not expire. */
  latest: Date | null;
}

/** Returns when the invitation expires. */
export async function insertInvitation(tx: EntityManager, one: StoredInvitation): Promise<Date> {
  const { id, organisation_id, user_id, hash, created_by, valid_days, latest } = one;
  const parameters = [id, organisation_id, user_id, hash, created_by, valid_days, latest];
  const [{ expires_at }]: [{ expires_at: Date }] = await tx.query(INSERT_INVITATION, parameters);
  return expires_at;
}

const REVOKE_INVITATION = `
  UPDATE invitations SET revoked_at = now()
   WHERE id = $1 AND organisation_id = $2 AND claimed_at IS NULL AND revoked_at IS NULL`;

/** Returns whether the invitation was open. */
export async function revokeInvitation(
  tx: EntityManager,
  id: string,
  organisation_id: string,
): Promise<boolean> {
  const [, revoked]: [unknown, number] = await tx.query(REVOKE_INVITATION, [id, organisation_id]);
  return revoked > 0;
}

const CLAIM_INVITATION = `
  UPDATE invitations SET claimed_at = now()
   WHERE hash = $1 AND claimed_at IS NULL AND revoked_at IS NULL AND expires_at > now()
  RETURNING id, organisation_id, user_id`;

/** Returns null if the code opens nothing, or no longer. */
export async function claimInvitation(
  tx: EntityManager,
  hash: Buffer,
): Promise<(MemberId & { id: string }) | null> {
  const [[claimed]]: [(MemberId & { id: string })[]] = await tx.query(CLAIM_INVITATION, [hash]);
  return claimed ?? null;
}

const END_INVITATIONS = `
  UPDATE invitations SET revoked_at = now()
   WHERE organisation_id = $1 AND user_id = $2 AND claimed_at IS NULL AND revoked_at IS NULL`;

/** Ends a person's open invitation when a later one or a key of the person replaces it, or when the role changes. */
export async function endInvitations(
  tx: EntityManager,
  { organisation_id, user_id }: MemberId,
): Promise<void> {
  await tx.query(END_INVITATIONS, [organisation_id, user_id]);
}

const END_INVITATIONS_BY = `
  UPDATE invitations SET revoked_at = now()
   WHERE organisation_id = $1 AND created_by = $2 AND claimed_at IS NULL AND revoked_at IS NULL`;

/** The maker of an invitation may still hold its code, so the invitations that this person may no longer give end. */
export async function endInvitationsBy(
  tx: EntityManager,
  { organisation_id, user_id }: MemberId,
): Promise<void> {
  await tx.query(END_INVITATIONS_BY, [organisation_id, user_id]);
}
