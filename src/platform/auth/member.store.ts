import type { DataSource, EntityManager } from 'typeorm';
import { Membership, User } from '../db/entities/tenancy.entity.js';
import type { Role } from './roles.js';

export interface Member {
  user_id: string;
  email: string;
  name: string;
  role: Role;
  created_at: Date;
}

/** A person as a member of an organisation. */
export interface MemberId {
  organisation_id: string;
  user_id: string;
}

const LIST_MEMBERS = `
  SELECT m.user_id, u.email, m.name, m.role, m.created_at FROM memberships m JOIN users u ON u.id = m.user_id
   WHERE m.organisation_id = $1 AND NOT m.service ORDER BY m.created_at, m.user_id`;

export function listMembers(db: DataSource, organisation_id: string): Promise<Member[]> {
  return db.query(LIST_MEMBERS, [organisation_id]);
}

export async function personOf(db: DataSource, { organisation_id, user_id }: MemberId) {
  const [{ email }, { name }] = await Promise.all([
    db.getRepository(User).findOneByOrFail({ id: user_id }),
    db.getRepository(Membership).findOneByOrFail({ organisation_id, user_id }),
  ]);
  return { id: user_id, email, name };
}

const KEEP_USER = `
  INSERT INTO users (id, email) VALUES ($1, $2)
  ON CONFLICT (lower(email)) DO UPDATE SET email = users.email RETURNING id`;

/** Returns the user of an email address, whatever its case; makes one if there is none. */
export async function keepUser(tx: EntityManager, id: string, email: string): Promise<string> {
  const [user]: [{ id: string }] = await tx.query(KEEP_USER, [id, email]);
  return user.id;
}

export async function insertUser(tx: EntityManager, user: Pick<User, 'id' | 'email'>): Promise<void> {
  await tx.getRepository(User).insert(user);
}

type NewMembership = MemberId & Pick<Membership, 'name' | 'role'> & { service?: boolean };

export async function insertMembership(tx: EntityManager, membership: NewMembership): Promise<void> {
  await tx.getRepository(Membership).insert(membership);
}

const INSERT_USER_UNLESS_KNOWN = `
  INSERT INTO users (id, email) VALUES ($1, $2) ON CONFLICT (lower(email)) DO NOTHING`;

const ADD_MEMBER = `
  INSERT INTO memberships (organisation_id, user_id, name, role)
  SELECT $1, id, $4, $2 FROM users WHERE lower(email) = lower($3) ON CONFLICT DO NOTHING RETURNING user_id`;

/**
 * Returns null if the person is a member already. The second of two statements also sees a user that another request
 * has made meanwhile.
 */
export async function addMember(
  tx: EntityManager,
  { id, organisation_id, email, name, role }: MemberInvited,
): Promise<string | null> {
  await tx.query(INSERT_USER_UNLESS_KNOWN, [id, email]);
  const [added]: { user_id: string }[] = await tx.query(ADD_MEMBER, [organisation_id, role, email, name]);
  return added?.user_id ?? null;
}

interface MemberInvited {
  /** A new user gets this id, if none has the address. */
  id: string;
  organisation_id: string;
  email: string;
  name: string;
  role: Role;
}

export async function userIdOf(tx: EntityManager, email: string): Promise<string> {
  const [user]: [{ id: string }] = await tx.query(`SELECT id FROM users WHERE lower(email) = lower($1)`, [
    email,
  ]);
  return user.id;
}

const LOCK_OWNERS = `
  SELECT user_id, role FROM memberships
   WHERE organisation_id = $1 AND NOT service AND (role = 'owner' OR user_id = $2) FOR UPDATE`;

/** Locks the organisation's owners and the person. */
export function lockOwners(
  tx: EntityManager,
  { organisation_id, user_id }: MemberId,
): Promise<{ user_id: string; role: Role }[]> {
  return tx.query(LOCK_OWNERS, [organisation_id, user_id]);
}

/** Returns null if there is no such member, or it is a program. */
export async function lockMember(
  tx: EntityManager,
  { organisation_id, user_id }: MemberId,
  mode: 'pessimistic_write' | 'for_key_share',
): Promise<Membership | null> {
  const where = { organisation_id, user_id, service: false };
  return tx.getRepository(Membership).findOne({ where, lock: { mode } });
}

export async function setRole(
  tx: EntityManager,
  { organisation_id, user_id }: MemberId,
  role: Role,
): Promise<void> {
  await tx.getRepository(Membership).update({ organisation_id, user_id }, { role });
}

export async function deleteMember(tx: EntityManager, { organisation_id, user_id }: MemberId): Promise<void> {
  await tx.getRepository(Membership).delete({ organisation_id, user_id });
}

/** The order keeps two changes at once from waiting for each other. */
const LOCK_ADMINISTRATORS = `
  SELECT organisation_id, user_id FROM memberships WHERE server_admin ORDER BY organisation_id, user_id FOR UPDATE`;

export function lockAdministrators(tx: EntityManager): Promise<MemberId[]> {
  return tx.query(LOCK_ADMINISTRATORS);
}

const SET_SERVER_ADMIN = `
  UPDATE memberships SET server_admin = $3
   WHERE organisation_id = $1 AND user_id = $2 AND NOT service AND (role = 'owner' OR NOT $3)`;

/** Returns whether the person may be a server administrator: an owner, and no program. */
export async function writeServerAdmin(
  tx: EntityManager,
  { organisation_id, user_id }: MemberId,
  granted: boolean,
): Promise<boolean> {
  const [, changed]: [unknown, number] = await tx.query(SET_SERVER_ADMIN, [
    organisation_id,
    user_id,
    granted,
  ]);
  return changed > 0;
}

const FIND_MEMBER = `
  SELECT o.id AS organisation_id, m.user_id FROM organisations o JOIN memberships m ON m.organisation_id = o.id
    JOIN users u ON u.id = m.user_id
   WHERE lower(o.name) = lower($1) AND lower(u.email) = lower($2) AND NOT m.service`;

export async function findMember(
  tx: EntityManager,
  { organisation, email }: { organisation: string; email: string },
): Promise<MemberId | null> {
  const [member]: MemberId[] = await tx.query(FIND_MEMBER, [organisation, email]);
  return member ?? null;
}
