import type { EntityManager } from 'typeorm';
import { logChange } from '../audit-log/change-log.store.js';
import { makeOwnKey } from './first-key.js';
import { revokeKeys } from './key.store.js';

/** The holder of another key of this person may not be this person, so every other key ends. */
export async function recover(
  tx: EntityManager,
  person: { organisation_id: string; user_id: string },
): Promise<{ id: string; api_key: string }> {
  const { organisation_id, user_id } = person;
  const log = (subject_id: string, before: unknown, after: object) =>
    logChange(tx, {
      organisation_id,
      changed_by: null,
      subject: 'api_key',
      subject_id,
      before,
      after: { user_id, recovered_on_host: true, ...after },
    });
  for (const { id, revoked_at } of await revokeKeys(tx, person))
    await log(id, { revoked_at: null }, { revoked_at });
  const made = await makeOwnKey(tx, person, 'recovered');
  await log(made.id, null, {});
  return made;
}
