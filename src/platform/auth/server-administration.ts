import type { EntityManager } from 'typeorm';
import { logChange } from '../audit-log/change-log.store.js';
import { AppError } from '../http/app-error.js';
import { hasHeldKey } from './key.store.js';
import { lockAdministrators, writeServerAdmin } from './member.store.js';

interface Change {
  organisation_id: string;
  user_id: string;
  granted: boolean;
  by: string | null;
}

/**
 * Gives or takes server administration. It is given to nobody who has never held a key: whoever invited that person may
 * hold the code of the invitation. All administrators are locked, so that two changes at once
 * cannot take the last.
 */
export async function setServerAdmin(
  tx: EntityManager,
  { organisation_id, user_id, granted, by }: Change,
): Promise<void> {
  const administrators = await lockAdministrators(tx);
  const is = administrators.some((one) => one.organisation_id === organisation_id && one.user_id === user_id);
  if (is === granted) return;
  if (granted && !(await hasHeldKey(tx, { organisation_id, user_id })))
    throw new AppError('not_claimed', 'Server administration is given to a person who has claimed a key.');
  if (!granted && administrators.length === 1) throw new AppError('last_server_admin');
  if (!(await writeServerAdmin(tx, { organisation_id, user_id }, granted)))
    throw new AppError('not_found', `There is no owner ${user_id}.`);
  await logChange(tx, {
    organisation_id,
    changed_by: by,
    subject: 'server_administrator',
    subject_id: user_id,
    before: { server_admin: is },
    after: { server_admin: granted },
  });
}
