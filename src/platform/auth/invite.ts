import { randomBytes } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { logChange } from '../audit-log/change-log.store.js';
import { AppError } from '../http/app-error.js';
import { hashKey } from './api-key.js';
import { endInvitations, insertInvitation } from './invitation.store.js';
import { hasHeldKey } from './key.store.js';
import type { Principal } from './principal.js';

const VALID_DAYS = 7;

type Maker = Pick<Principal, 'user_id' | 'expires_at'>;

export interface NewInvitation {
  id: string;
  /** The code is shown once: `POST /api/claims` turns it into the key of the invited person. */
  claim: string;
  expires_at: Date;
}

/**
 * Invites a person who has never held a key here. A person who has held one may own private data, and an invitation
 * would open it to the person who made the invitation. So only that person makes further keys, or the operator on the
 * host. An invitation ends no later than the key that made it.
 */
export async function invite(
  tx: EntityManager,
  { organisation_id, user_id, by }: { organisation_id: string; user_id: string; by: Maker },
): Promise<NewInvitation> {
  if (await hasHeldKey(tx, { organisation_id, user_id }))
    throw new AppError(
      'already_claimed',
      'This person has held a key here, and makes further keys without an invitation.',
    );
  await endInvitations(tx, { organisation_id, user_id });
  const id = uuidv7();
  const claim = `nsc_${randomBytes(32).toString('base64url')}`;
  const expires_at = await insertInvitation(tx, {
    id,
    organisation_id,
    user_id,
    hash: hashKey(claim),
    created_by: by.user_id,
    valid_days: VALID_DAYS,
    latest: by.expires_at,
  });
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
