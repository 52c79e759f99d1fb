import type { EntityManager } from 'typeorm';
import { logChange } from '../audit-log/change-log.store.js';
import { AppError } from '../http/app-error.js';
import { lockOrganisation, setOrganisationName } from './organisation.store.js';
import type { OrganisationChange } from './tenancy.dto.js';

/** Renames for an owner and for a server administrator. The lock lets the log name the earlier name. */
export async function renameOrganisation(
  tx: EntityManager,
  id: string,
  changed_by: string,
  change: OrganisationChange,
): Promise<void> {
  const before = await lockOrganisation(tx, id);
  if (!before) throw new AppError('not_found', `There is no organisation ${id}.`);
  await setOrganisationName(tx, id, change.name);
  await logChange(tx, {
    organisation_id: id,
    changed_by,
    subject: 'organisation',
    subject_id: id,
    before: { name: before.name },
    after: change,
  });
}
