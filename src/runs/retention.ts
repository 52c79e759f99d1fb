import type { DataSource, EntityManager } from 'typeorm';
import { deleteInBatches } from '../db/delete-in-batches.js';

/** Deletes what ended long ago, with everything that belongs to it; 0 days keep all that is left. */
export function deleteOldRuns(db: DataSource | EntityManager, days: () => number): Promise<number> {
  return deleteInBatches(db, OLD_RUNS, days);
}

const OLD_RUNS = `
  DELETE FROM agent_runs WHERE id IN (
    SELECT id FROM agent_runs WHERE finished_at < now() - $1 * interval '1 day' LIMIT $2)`;

/** Workers that ended without saying so. */
export async function forgetWorkers(db: DataSource): Promise<void> {
  await db.query(`DELETE FROM workers WHERE seen_at < now() - interval '1 hour'`);
}
