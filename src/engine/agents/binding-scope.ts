import type { DataSource, EntityManager } from 'typeorm';
import type { Principal } from '../../platform/auth/principal.js';
import type { Scope } from '../../platform/db/entities/binding.entity.js';
import { AppError, invalid } from '../../platform/http/app-error.js';
import type { BindingChange } from './agents.dto.js';
import { scopeExists } from './binding.store.js';
import type { Binding, Place } from './effective.js';

/** The place that a binding stands for; null where its scope is wider. */
type BoundPlace = Pick<Binding, 'organisation_id' | 'project_id' | 'user_id'>;

export function bindingPlaceOf(
  caller: Principal,
  scope: Scope,
  { project_id, user_id }: BindingChange,
): BoundPlace {
  mayDecide(caller, scope);
  if (project_id && scope !== 'project') throw invalid('project_id', 'goes with the scope project only');
  if (user_id && scope !== 'user') throw invalid('user_id', 'goes with the scope user only');
  if (scope === 'project' && !project_id) throw invalid('project_id', 'is needed for the scope project');
  return {
    organisation_id: scope === 'server' ? null : caller.organisation_id,
    project_id: project_id ?? null,
    user_id: scope === 'user' ? (user_id ?? caller.user_id) : null,
  };
}

export function samePlace(
  binding: BoundPlace,
  { organisation_id, project_id, user_id }: BoundPlace,
): boolean {
  return (
    binding.organisation_id === organisation_id &&
    binding.project_id === project_id &&
    binding.user_id === user_id
  );
}

export function mayDecide({ server_admin }: Principal, scope: Scope): void {
  if (scope === 'server' && !server_admin)
    throw new AppError('forbidden', 'Only a server administrator decides for the server.');
}

/** A project and a person of the caller's own organisation. */
export async function placeMustExist(
  db: DataSource | EntityManager,
  { organisation_id }: Principal,
  { project_id, user_id }: Pick<Place, 'project_id' | 'user_id'>,
): Promise<void> {
  const exists = await scopeExists(db, { organisation_id, project_id, user_id });
  if (!exists.project) throw invalid('project_id', `there is no project ${project_id}`);
  if (!exists.user) throw invalid('user_id', 'must be a member of the organisation');
}
