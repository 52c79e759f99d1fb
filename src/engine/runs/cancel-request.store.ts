import type { DataSource, EntityManager } from 'typeorm';
import type { Principal } from '../../platform/auth/principal.js';

const REQUEST = `
  UPDATE agent_runs SET cancel_requested_at = coalesce(cancel_requested_at, now()),
         cancel_requested_by = CASE WHEN cancel_requested_at IS NULL THEN $3 ELSE cancel_requested_by END
   WHERE id = ANY ($1::uuid[]) AND ($2::uuid IS NULL OR organisation_id = $2) AND finished_at IS NULL
  RETURNING id`;

/**
 * Requests the cancellation of runs; no other code does. The row keeps the request, and the run's workflow carries it
 * out. Returns the runs that have not ended. The caller sends it to Temporal after the commit
 * (`Dispatcher.sendCancel`), and the sweep repeats a lost one. A second request has no effect. `by` is null for a tick,
 * of any organisation.
 */
export async function requestCancel(
  db: DataSource | EntityManager,
  run_ids: readonly string[],
  by: Principal | null,
): Promise<string[]> {
  if (run_ids.length === 0) return [];
  const [rows]: [{ id: string }[]] = await db.query(REQUEST, [
    run_ids,
    by?.organisation_id ?? null,
    by?.user_id ?? null,
  ]);
  return rows.map(({ id }) => id);
}
