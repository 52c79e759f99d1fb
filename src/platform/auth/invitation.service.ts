import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { logChange } from '../audit-log/change-log.store.js';
import { AppError } from '../http/app-error.js';
import { hashKey } from './api-key.js';
import { makeOwnKey } from './first-key.js';
import {
  claimInvitation,
  findInvitation,
  type Invitation,
  listInvitations,
  revokeInvitation,
} from './invitation.store.js';
import { invite } from './invite.js';
import { mayGrant } from './may-grant.js';
import { lockMember } from './member.store.js';
import type { Principal } from './principal.js';
import type { Claim } from './tenancy.dto.js';

/** Codes that let a person who was added make the first key, once. */
@Injectable()
export class InvitationService {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  async list({ organisation_id }: Principal): Promise<{ invitations: Invitation[] }> {
    return { invitations: await listInvitations(this.db, organisation_id) };
  }

  /** A further invitation takes the place of the one that is open. */
  async again(caller: Principal, user_id: string) {
    const { organisation_id } = caller;
    return this.db.transaction(async (tx) => {
      const member = await lockMember(tx, { organisation_id, user_id }, 'pessimistic_write');
      if (!member) throw new AppError('not_found', `There is no member ${user_id}.`);
      if (member.role === 'owner' && caller.role !== 'owner')
        throw new AppError('forbidden', 'Only an owner invites an owner.');
      mayGrant(caller, member.role);
      return invite(tx, { organisation_id, user_id, by: caller });
    });
  }

  async revoke({ organisation_id, user_id: changed_by }: Principal, id: string): Promise<Invitation> {
    return this.db.transaction(async (tx) => {
      const revoked = await revokeInvitation(tx, id, organisation_id);
      const shown = await findInvitation(tx, id, organisation_id);
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

  /** Every code that opens nothing gets the same answer, which does not reveal whether a code was ever valid. */
  async claim({
    claim,
    name,
  }: Claim): Promise<{ id: string; organisation_id: string; user_id: string; api_key: string }> {
    return this.db.transaction(async (tx) => {
      const claimed = await claimInvitation(tx, hashKey(claim));
      if (!claimed)
        throw new AppError(
          'claim_invalid',
          'The code was never issued, was used or revoked, or has expired.',
        );
      const { organisation_id, user_id } = claimed;
      const made = await makeOwnKey(tx, claimed, name);
      await logChange(tx, {
        organisation_id,
        changed_by: user_id,
        subject: 'api_key',
        subject_id: made.id,
        before: null,
        after: { name, user_id, invitation: claimed.id },
      });
      return { ...made, organisation_id, user_id };
    });
  }
}
