import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Change } from '../db/entities/binding.entity.js';

export const CHANGE_SUBJECTS = [
  'agent',
  'agent_version',
  'binding',
  'schedule',
  'setting',
  'api_key',
  'invitation',
  'member',
  'organisation',
  'project',
  'server_administrator',
  'project_member',
  'proposal',
] as const;
type ChangeSubject = (typeof CHANGE_SUBJECTS)[number];

interface NewChange {
  organisation_id: string | null;
  /** Null if the product itself made the change, at a start. */
  changed_by: string | null;
  subject: ChangeSubject;
  subject_id: string;
  before: unknown;
  after: unknown;
}

/** Written in the transaction of the change itself: neither is there without the other. */
export async function logChange(tx: EntityManager, change: NewChange): Promise<void> {
  const { organisation_id, changed_by, subject, subject_id, before, after } = change;
  const row = {
    organisation_id,
    changed_by,
    subject,
    subject_id,
    before: before ?? null,
    after: after ?? null,
  };
  await tx.getRepository(Change).insert({ id: uuidv7(), ...row });
}

/** A change that somebody made in the organisation of their key. */
export function logChangeBy(
  tx: EntityManager,
  { organisation_id, user_id }: { organisation_id: string; user_id: string | null },
  subject: ChangeSubject,
  subject_id: string,
  before: unknown,
  after: unknown,
): Promise<void> {
  return logChange(tx, { organisation_id, changed_by: user_id, subject, subject_id, before, after });
}

const LIST_CHANGES = `
  SELECT id, organisation_id, changed_by, subject, subject_id, before, after, at FROM change_log
   WHERE (organisation_id = $1 OR ($2 AND organisation_id IS NULL))
     AND ($3::uuid IS NULL OR id < $3) AND ($4::text IS NULL OR subject = $4)
   ORDER BY id DESC LIMIT $5`;

/** Returns the newest changes first. A server administrator also gets the changes of the whole server. */
export function listChanges(
  db: DataSource,
  { organisation_id, server_admin }: { organisation_id: string; server_admin: boolean },
  { before, subject, limit }: { before?: string | undefined; subject?: string | undefined; limit: number },
): Promise<Change[]> {
  return db.query(LIST_CHANGES, [organisation_id, server_admin, before ?? null, subject ?? null, limit]);
}

/** Takes days and how many to delete at a time. */
export const OLD_CHANGES = `
  DELETE FROM change_log WHERE id IN (SELECT id FROM change_log WHERE at < now() - $1 * interval '1 day' LIMIT $2)`;
