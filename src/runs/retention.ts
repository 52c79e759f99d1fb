import type { DataSource, QueryRunner } from 'typeorm';
import type { AuditChain } from '../audit/chain.js';

/** So many runs go in one transaction. */
const BATCH = 1000;

/**
 * Deletes what ended long ago, with everything that belongs to it; 0 days keep all that is left. The audit chain says
 * which runs went. A run that the chain knows to be younger stays, whatever its row says of its end.
 */
export async function deleteOldRuns(
  db: DataSource | QueryRunner,
  chain: AuditChain,
  days: () => number,
): Promise<number> {
  let deleted = 0;
  while (days() > 0) {
    const count = await db.manager.transaction(async (tx) => {
      const [runs]: [{ id: string }[]] = await tx.query(OLD_RUNS, [days(), BATCH]);
      const gone = runs.map(({ id }) => id);
      if (gone.length > 0) await chain.append(tx, [{ kind: 'removed', run_id: null, facts: { runs: gone } }]);
      return gone.length;
    });
    deleted += count;
    if (count < BATCH) break;
  }
  if (deleted > 0) await chain.cut();
  return deleted;
}

const OLD_RUNS = `
  DELETE FROM agent_runs WHERE id IN (
    SELECT id FROM agent_runs r
     WHERE finished_at < now() - $1 * interval '1 day'
       AND NOT EXISTS (SELECT FROM audit_chain c
                        WHERE c.run_id = r.id AND c.kind IN ('archived', 'attested') AND c.at >= now() - $1 * interval '1 day')
     LIMIT $2)
  RETURNING id`;

/** Workers that ended without saying so. */
export async function forgetWorkers(db: DataSource): Promise<void> {
  await db.query(`DELETE FROM workers WHERE seen_at < now() - interval '1 hour'`);
}
