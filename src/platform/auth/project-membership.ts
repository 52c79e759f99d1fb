import type { EntityManager } from 'typeorm';
import { logChangeBy } from '../audit-log/change-log.store.js';
import { AppError, invalid } from '../http/app-error.js';
import { lockMember } from './member.store.js';
import type { Principal } from './principal.js';
import { deleteProjectMember, insertProjectMember } from './project-member.store.js';

type Person = Pick<Principal, 'organisation_id' | 'user_id'>;

/**
 * A person who is a member already stays one. The lock keeps an organisation's membership from ending before the one
 * that depends on it is written.
 */
export async function addToProject(
  tx: EntityManager,
  caller: Person,
  project_id: string,
  user_id: string,
): Promise<void> {
  const { organisation_id } = caller;
  const member = await lockMember(tx, { organisation_id, user_id }, 'for_key_share');
  if (!member) throw invalid('user_id', 'must be a member of the organisation');
  if (await insertProjectMember(tx, { organisation_id, project_id, user_id }))
    await log(tx, caller, null, { project_id, user_id });
}

export async function removeFromProject(
  tx: EntityManager,
  caller: Person,
  project_id: string,
  user_id: string,
): Promise<void> {
  const { organisation_id } = caller;
  if (!(await deleteProjectMember(tx, { organisation_id, project_id, user_id })))
    throw new AppError('not_found', `The project has no member ${user_id}.`);
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
