import type { EntityManager } from 'typeorm';
import { logChangeBy } from '../audit-log/change-log.js';
import { AppError, invalid } from '../http/app-error.js';
import type { Principal } from './principal.js';

type Person = Pick<Principal, 'organisation_id' | 'user_id'>;

const ADD_PROJECT_MEMBER = `
  INSERT INTO project_members (project_id, organisation_id, user_id) VALUES ($1, $2, $3)
  ON CONFLICT DO NOTHING RETURNING user_id`;

/** Who is there already stays. The lock lets no membership end before the one that hangs on it is written. */
export async function addToProject(
  tx: EntityManager,
  caller: Person,
  project_id: string,
  user_id: string,
): Promise<void> {
  const { organisation_id } = caller;
  const found: unknown[] = await tx.query(
    `SELECT 1 FROM memberships WHERE organisation_id = $1 AND user_id = $2 AND NOT service FOR KEY SHARE`,
    [organisation_id, user_id],
  );
  if (found.length === 0) throw invalid('user_id', 'must be a member of the organisation');
  const added: unknown[] = await tx.query(ADD_PROJECT_MEMBER, [project_id, organisation_id, user_id]);
  if (added.length > 0) await log(tx, caller, null, { project_id, user_id });
}

export async function removeFromProject(
  tx: EntityManager,
  caller: Person,
  project_id: string,
  user_id: string,
): Promise<void> {
  const [, removed]: [unknown, number] = await tx.query(
    `DELETE FROM project_members WHERE organisation_id = $1 AND project_id = $2 AND user_id = $3`,
    [caller.organisation_id, project_id, user_id],
  );
  if (removed === 0) throw new AppError('not_found', `The project has no member ${user_id}.`);
  await log(tx, caller, { project_id, user_id }, null);
}

interface Pair {
  project_id: string;
  user_id: string;
}

function log(tx: EntityManager, caller: Person, before: Pair | null, after: Pair | null): Promise<void> {
  const { project_id, user_id } = (after ?? before) as Pair;
  const subject_id = `${project_id}/${user_id}`;
  return logChangeBy(tx, caller, 'project_member', subject_id, before, after);
}
