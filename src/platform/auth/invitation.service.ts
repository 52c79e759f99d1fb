import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { logChange } from '../audit-log/change-log.js';
import { AppError } from '../http/app-error.js';
import { hashKey } from './api-key.js';
import { makeOwnKey } from './first-key.js';
import { invite } from './invite.js';
import { mayGrant } from './may-grant.js';
import type { Principal } from './principal.js';
import type { Role } from './roles.js';
import type { Claim } from './tenancy.dto.js';

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

const REVOKE_INVITATION = `
  UPDATE invitations SET revoked_at = now()
   WHERE id = $1 AND organisation_id = $2 AND claimed_at IS NULL AND revoked_at IS NULL RETURNING id`;

const CLAIM_INVITATION = `
  UPDATE invitations SET claimed_at = now()
   WHERE hash = $1 AND claimed_at IS NULL AND revoked_at IS NULL AND expires_at > now()
  RETURNING id, organisation_id, user_id`;

/** Codes that let a person who was added make the first key, once. */
@Injectable()
export class InvitationService {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  async list({ organisation_id }: Principal): Promise<{ invitations: Invitation[] }> {
    return {
      invitations: await this.db.query(`${SHOWN} WHERE i.organisation_id = $1 ORDER BY i.id DESC LIMIT 500`, [
        organisation_id,
      ]),
    };
  }

  /** A further invitation takes the place of the one that is open. */
  async again(caller: Principal, user_id: string) {
    const { organisation_id } = caller;
    return this.db.transaction(async (tx) => {
      const [member]: { role: Role }[] = await tx.query(
        `SELECT role FROM memberships WHERE organisation_id = $1 AND user_id = $2 AND NOT service FOR UPDATE`,
        [organisation_id, user_id],
      );
      if (!member) throw new AppError('not_found', `There is no member ${user_id}.`);
      if (member.role === 'owner' && caller.role !== 'owner')
        throw new AppError('forbidden', 'Only an owner invites an owner.');
      mayGrant(caller, member.role);
      return invite(tx, { organisation_id, user_id, by: caller });
    });
  }

  async revoke({ organisation_id, user_id: changed_by }: Principal, id: string): Promise<Invitation> {
    return this.db.transaction(async (tx) => {
      const [[revoked]]: [{ id: string }[]] = await tx.query(REVOKE_INVITATION, [id, organisation_id]);
      const [shown]: Invitation[] = await tx.query(`${SHOWN} WHERE i.id = $1 AND i.organisation_id = $2`, [
        id,
        organisation_id,
      ]);
      if (!shown) throw new AppError('not_found', `There is no invitation ${id}.`);
      const change = { before: { revoked_at: null }, after: { revoked_at: shown.revoked_at } };
      if (revoked)
        await logChange(tx, {
          organisation_id,
          changed_by,
          subject: 'invitation',
          subject_id: id,
          ...change,
        });
      return shown;
    });
  }

  /** One answer for every code that opens nothing: it tells nobody whether a code was ever good. */
  async claim({
    claim,
    name,
  }: Claim): Promise<{ id: string; organisation_id: string; user_id: string; api_key: string }> {
    return this.db.transaction(async (tx) => {
      const [[found]]: [{ id: string; organisation_id: string; user_id: string }[]] = await tx.query(
        CLAIM_INVITATION,
        [hashKey(claim)],
      );
      if (!found)
        throw new AppError('claim_invalid', 'It was never given out, was used or revoked, or has expired.');
      const { organisation_id, user_id } = found;
      const made = await makeOwnKey(tx, found, name);
      await logChange(tx, {
        organisation_id,
        changed_by: user_id,
        subject: 'api_key',
        subject_id: made.id,
        before: null,
        after: { name, user_id, invitation: found.id },
      });
      return { ...made, organisation_id, user_id };
    });
  }
}

const SHOWN = `
  SELECT i.id, i.user_id, u.email, i.created_by, i.created_at, i.expires_at, i.claimed_at, i.revoked_at
    FROM invitations i JOIN users u ON u.id = i.user_id`;
