import type { DataSource, EntityManager } from 'typeorm';
import type { Principal } from '../../platform/auth/principal.js';

const REQUEST = `
  UPDATE agent_runs SET cancel_requested_at = coalesce(cancel_requested_at, now()),
         cancel_requested_by = coalesce(cancel_requested_by, $3)
   WHERE id = ANY ($1::uuid[]) AND ($2::uuid IS NULL OR organisation_id = $2) AND finished_at IS NULL
  RETURNING id`;

/**
 * The one place that asks for a run to be cancelled: the request is kept on the row, and the run's workflow carries it
 * out. Answers the runs that have not ended; whoever asks sends it to Temporal after the commit (`Dispatcher.sendCancel`),
 * and the sweep sends what was not heard. Asking twice asks once. `by` is null where a tick asks, of any organisation.
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
