import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { logChangeBy } from '../audit-log/change-log.js';
import { AppError } from '../http/app-error.js';
import { endInvitations, endInvitationsBy } from './first-key.js';
import { hasHeldKey, invite, type NewInvitation } from './invite.js';
import { mayGiveServerAdministration, mayGrant } from './may-grant.js';
import type { Principal } from './principal.js';
import { ROLES, type Role } from './roles.js';
import { setServerAdmin } from './server-administration.js';
import type { MemberChange, MemberCreate } from './tenancy.dto.js';

export interface Member {
  user_id: string;
  email: string;
  name: string;
  role: Role;
  created_at: Date;
}

const LIST_MEMBERS = `
  SELECT m.user_id, u.email, m.name, m.role, m.created_at FROM memberships m JOIN users u ON u.id = m.user_id
   WHERE m.organisation_id = $1 AND NOT m.service ORDER BY m.created_at, m.user_id`;

const ADD_MEMBER = `
  INSERT INTO memberships (organisation_id, user_id, name, role)
  SELECT $1, id, $4, $2 FROM users WHERE lower(email) = lower($3) ON CONFLICT DO NOTHING RETURNING user_id`;

const LOCK_OWNERS = `
  SELECT user_id, role FROM memberships
   WHERE organisation_id = $1 AND NOT service AND (role = 'owner' OR user_id = $2) FOR UPDATE`;

/** Who belongs to the organisation, as what. Only an owner makes owners, and one always stays. */
@Injectable()
export class MemberService {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  async list({ organisation_id }: Principal): Promise<{ members: Member[] }> {
    const members: Member[] = await this.db.query(LIST_MEMBERS, [organisation_id]);
    return { members };
  }

  /** Two statements: the second also sees a user that another request has made meanwhile. */
  async add(
    caller: Principal,
    { email, name, role }: MemberCreate,
  ): Promise<Member & { invitation: NewInvitation | null }> {
    mayGive(caller, role);
    const { organisation_id } = caller;
    const { user_id, invitation } = await this.db.transaction(async (tx) => {
      await tx.query(`INSERT INTO users (id, email) VALUES ($1, $2) ON CONFLICT (lower(email)) DO NOTHING`, [
        uuidv7(),
        email,
      ]);
      const [made]: { user_id: string }[] = await tx.query(ADD_MEMBER, [
        caller.organisation_id,
        role,
        email,
        name,
      ]);
      if (!made) throw await memberAlready(tx, caller, email);
      await logChangeBy(tx, caller, 'member', made.user_id, null, { email, name, role });
      const known = await hasHeldKey(tx, organisation_id, made.user_id);
      const invitation = known ? null : await invite(tx, { organisation_id, ...made, by: caller });
      return { ...made, invitation };
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
      await tx.query(`UPDATE memberships SET role = $3 WHERE organisation_id = $1 AND user_id = $2`, [
        caller.organisation_id,
        user_id,
        role,
      ]);
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
      await tx.query(`DELETE FROM memberships WHERE organisation_id = $1 AND user_id = $2`, [
        caller.organisation_id,
        user_id,
      ]);
    });
  }

  /** Who decides for the server is an owner; a server administrator alone gives that away. */
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
    const rows: { user_id: string; role: Role }[] = await tx.query(LOCK_OWNERS, [
      caller.organisation_id,
      user_id,
    ]);
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
  const [{ user_id }]: [{ user_id: string }] = await tx.query(
    `SELECT id AS user_id FROM users WHERE lower(email) = lower($1)`,
    [email],
  );
  const way = (await hasHeldKey(tx, organisation_id, user_id))
    ? 'This person has held a key, and makes further ones alone.'
    : `POST /api/members/${user_id}/invitations makes another invitation.`;
  return new AppError('already_exists', `${email} is a member already. ${way}`);
}
