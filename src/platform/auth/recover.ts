import type { EntityManager } from 'typeorm';
import { logChange } from '../audit-log/change-log.js';
import { makeOwnKey } from './first-key.js';

const REVOKE_KEYS = `
  UPDATE api_keys SET revoked_at = now()
   WHERE organisation_id = $1 AND user_id = $2 AND revoked_at IS NULL RETURNING id, revoked_at`;

/** Whoever holds another key of this person may not be this person: every other key ends. */
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
  const [revoked]: [{ id: string; revoked_at: Date }[]] = await tx.query(REVOKE_KEYS, [
    organisation_id,
    user_id,
  ]);
  for (const { id, revoked_at } of revoked) await log(id, { revoked_at: null }, { revoked_at });
  const made = await makeOwnKey(tx, person, 'recovered');
  await log(made.id, null, {});
  return made;
}
