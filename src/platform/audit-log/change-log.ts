import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';

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
export type ChangeSubject = (typeof CHANGE_SUBJECTS)[number];

export interface NewChange {
  organisation_id: string | null;
  /** Null where the product itself did it, at a start. */
  changed_by: string | null;
  subject: ChangeSubject;
  subject_id: string;
  before: unknown;
  after: unknown;
}

const INSERT_CHANGE = `
  INSERT INTO change_log (id, organisation_id, changed_by, subject, subject_id, before, after)
  VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb)`;

/** Written in the transaction of the change itself: neither is there without the other. */
export async function logChange(tx: EntityManager, change: NewChange): Promise<void> {
  const { organisation_id, changed_by, subject, subject_id, before, after } = change;
  await tx.query(INSERT_CHANGE, [
    uuidv7(),
    organisation_id,
    changed_by,
    subject,
    subject_id,
    asJson(before),
    asJson(after),
  ]);
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

/** Takes days and how many to delete at a time. */
export const OLD_CHANGES = `
  DELETE FROM change_log WHERE id IN (SELECT id FROM change_log WHERE at < now() - $1 * interval '1 day' LIMIT $2)`;

function asJson(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
