import type { DataSource, EntityManager } from 'typeorm';

const BATCH = 1000;

/**
 * Deletes what is older than so many days, a batch at a time. The statement takes the days and how many rows to delete;
 * the days are asked for again before each batch, and 0 ends it.
 */
export async function deleteInBatches(
  db: DataSource | EntityManager,
  statement: string,
  days: () => number,
): Promise<number> {
  let deleted = 0;
  while (days() > 0) {
    const [, count]: [unknown, number] = await db.query(statement, [days(), BATCH]);
    deleted += count;
    if (count < BATCH) break;
  }
  return deleted;
}
