import type { DataSource, EntityManager } from 'typeorm';

const BATCH = 1000;

/** Deletes what ended long ago, a batch at a time, with everything that belongs to it; 0 days keep all that is left. */
export async function deleteOldRuns(db: DataSource | EntityManager, days: () => number): Promise<number> {
  let deleted = 0;
  while (days() > 0) {
    const [, count]: [unknown, number] = await db.query(
      `DELETE FROM agent_runs WHERE id IN (
         SELECT id FROM agent_runs WHERE finished_at < now() - $1 * interval '1 day' LIMIT $2)`,
      [days(), BATCH],
    );
    deleted += count;
    if (count < BATCH) break;
  }
  return deleted;
}

/** Workers that ended without saying so. */
export async function forgetWorkers(db: DataSource): Promise<void> {
  await db.query(`DELETE FROM workers WHERE seen_at < now() - interval '1 hour'`);
}
