import { until } from '../../stack/until.js';
import { withDatabase } from './database.js';
import type { BenchStack } from './stack.js';

const UNARCHIVED = `SELECT count(*)::int AS left_over FROM agent_runs WHERE finished_at IS NOT NULL AND archived_at IS NULL`;

/** Comes back when every history is archived, with how many were not at first: what follows meets a quiet worker. */
export async function untilArchived({ postgres, signal }: BenchStack): Promise<number> {
  return withDatabase(postgres.url, async (db) => {
    const count = async () => Number((await db.query(UNARCHIVED)).rows[0].left_over);
    const first = await count();
    const done = await until(async () => (await count()) === 0, { withinMs: 300_000, everyMs: 200, signal });
    if (!done) throw new Error('the archiver did not catch up within 5 minutes');
    return first;
  });
}
