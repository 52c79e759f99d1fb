import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Logger } from '../../platform/config/logger.js';
import { type AuditChain, endIn } from '../attestation/chain.js';
import { cutChain } from '../attestation/cut.js';
import { deleteRuns, lockOldRuns } from './retention.store.js';

/** One transaction deletes this many runs. */
const BATCH = 1000;

/**
 * Deletes what ended long ago, with everything that belongs to it; 0 days keep all that is left. The audit chain says
 * which runs went. A run stays while no signed entry says that it ended so long ago, whatever its row says.
 */
export async function deleteOldRuns(
  db: DataSource | QueryRunner,
  chain: AuditChain,
  days: () => number,
  logger?: Pick<Logger, 'error'>,
): Promise<number> {
  let deleted = 0;
  let after = '00000000-0000-0000-0000-000000000000';
  while (days() > 0) {
    const { seen, gone } = await db.manager.transaction((tx) => deleteBatch(tx, chain, days(), after));
    after = seen.at(-1) ?? after;
    const count = seen.length;
    deleted += gone;
    if (count < BATCH) break;
  }
  await cutChain(db.manager, chain, logger);
  return deleted;
}

async function deleteBatch(tx: EntityManager, chain: AuditChain, days: number, after: string) {
  const seen = await lockOldRuns(tx, days, after, BATCH);
  const entries = await chain.ofRuns(seen, tx);
  const before = Date.now() - days * 86_400_000;
  const ends = new Map<string, number[]>();
  for (const entry of entries) {
    const end = endIn(entry);
    if (end && entry.run_id) ends.set(entry.run_id, [...(ends.get(entry.run_id) ?? []), end.getTime()]);
  }
  const gone = seen.filter((id) => ends.get(id)?.every((end) => end < before));
  await deleteRuns(tx, gone);
  if (gone.length > 0) await chain.append(tx, [{ kind: 'removed', run_id: null, facts: { runs: gone } }]);
  return { seen, gone: gone.length };
}
