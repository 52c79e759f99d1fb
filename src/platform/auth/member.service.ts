import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { logChangeBy } from '../audit-log/change-log.store.js';
import { AppError } from '../http/app-error.js';
import { endInvitations, endInvitationsBy } from './invitation.store.js';
import { invite, type NewInvitation } from './invite.js';
import { hasHeldKey } from './key.store.js';
import { mayGiveServerAdministration, mayGrant } from './may-grant.js';
import {
  addMember,
  deleteMember,
  listMembers,
  lockOwners,
  type Member,
  setRole,
  userIdOf,
} from './member.store.js';
import type { Principal } from './principal.js';
import { ROLES, type Role } from './roles.js';
import { setServerAdmin } from './server-administration.js';
import type { MemberChange, MemberCreate } from './tenancy.dto.js';

/** The members of the organisation and their roles. Only an owner makes owners, and one always stays. */
@Injectable()
export class MemberService {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  async list({ organisation_id }: Principal): Promise<{ members: Member[] }> {
    return { members: await listMembers(this.db, organisation_id) };
  }

  async add(
    caller: Principal,
    { email, name, role }: MemberCreate,
  ): Promise<Member & { invitation: NewInvitation | null }> {
    mayGive(caller, role);
    const { organisation_id } = caller;
    const { user_id, invitation } = await this.db.transaction(async (tx) => {
      const user_id = await addMember(tx, { id: uuidv7(), organisation_id, email, name, role });
      if (user_id === null) throw await memberAlready(tx, caller, email);
      await logChangeBy(tx, caller, 'member', user_id, null, { email, name, role });
      const known = await hasHeldKey(tx, { organisation_id, user_id });
      const invitation = known ? null : await invite(tx, { organisation_id, user_id, by: caller });
      return { user_id, invitation };
    });
    return { ...(await this.find(caller, user_id)), invitation };
  }

  async change(caller: Principal, user_id: string, { role }: MemberChange): Promise<Member> {
    mayGive(caller, role);
    await this.db.transaction(async (tx) => {
      const before = await this.mayTouch(tx, caller, user_id, role);
      await logChangeBy(tx, caller, 'member', user_id, before, { ...before, role });
      if (role !== 'owner') await this.takeServerAdmin(tx, caller, user_id);
      await this.endInvitationsAt(tx, caller, user_id, { from: before.role, to: role });
      await setRole(tx, { ...caller, user_id }, role);
    });
    return this.find(caller, user_id);
  }

  /** The member's keys go with the membership. */
  async remove(caller: Principal, user_id: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const before = await this.mayTouch(tx, caller, user_id, null);
      await this.takeServerAdmin(tx, caller, user_id);
      await endInvitationsBy(tx, { ...caller, user_id });
      await logChangeBy(tx, caller, 'member', user_id, before, null);
      await deleteMember(tx, { ...caller, user_id });
    });
  }

  /** A server administrator is an owner, and only a server administrator gives that right away. */
  async setServerAdmin(caller: Principal, user_id: string, granted: boolean): Promise<void> {
    const { organisation_id, user_id: by } = caller;
    if (granted) mayGiveServerAdministration(caller);
    await this.find(caller, user_id);
    await this.db.transaction((tx) => setServerAdmin(tx, { organisation_id, user_id, granted, by }));
  }

  private takeServerAdmin(tx: EntityManager, { organisation_id, user_id: by }: Principal, user_id: string) {
    return setServerAdmin(tx, { organisation_id, user_id, granted: false, by });
  }

  /** An invitation is to the role that it was made for, by somebody who may give that role. */
  private async endInvitationsAt(
    tx: EntityManager,
    { organisation_id }: Principal,
    user_id: string,
    { from, to }: { from: Role; to: Role },
  ): Promise<void> {
    if (from === to) return;
    await endInvitations(tx, { organisation_id, user_id });
    if (ROLES.indexOf(to) > ROLES.indexOf(from)) await endInvitationsBy(tx, { organisation_id, user_id });
  }

  private async find(caller: Principal, user_id: string): Promise<Member> {
    const { members } = await this.list(caller);
    const member = members.find((one) => one.user_id === user_id);
    if (!member) throw new AppError('not_found', `There is no member ${user_id}.`);
    return member;
  }

  /** Locks the organisation's owners, so that two changes at once cannot remove the last. */
  private async mayTouch(
    tx: EntityManager,
    caller: Principal,
    user_id: string,
    to: Role | null,
  ): Promise<{ role: Role }> {
    const rows = await lockOwners(tx, { ...caller, user_id });
    const member = rows.find((row) => row.user_id === user_id);
    if (!member) throw new AppError('not_found', `There is no member ${user_id}.`);
    if (member.role === 'owner' && to !== 'owner') {
      decidesOnOwners(caller);
      if (rows.filter((row) => row.role === 'owner').length === 1) throw new AppError('last_owner');
    }
    return { role: member.role };
  }
}

function mayGive(caller: Principal, role: Role): void {
  if (role === 'owner') decidesOnOwners(caller);
  mayGrant(caller, role);
}

function decidesOnOwners({ role }: Principal): void {
  if (role !== 'owner') throw new AppError('forbidden', 'Only an owner decides on owners.');
}

async function memberAlready(
  tx: EntityManager,
  { organisation_id }: Principal,
  email: string,
): Promise<AppError> {
  const user_id = await userIdOf(tx, email);
  const way = (await hasHeldKey(tx, { organisation_id, user_id }))
    ? 'This person has held a key here, and makes further keys without an invitation.'
    : `POST /api/members/${user_id}/invitations makes another invitation.`;
  return new AppError('already_exists', `${email} is a member already. ${way}`);
}
