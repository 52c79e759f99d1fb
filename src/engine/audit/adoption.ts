import type { DataSource, EntityManager } from 'typeorm';
import type { Logger } from '../../platform/config/logger.js';
import { lock } from '../../platform/locks/advisory-lock.store.js';
import type { AuditChain, NewEntry } from '../attestation/chain.js';
import { receipt } from '../attestation/receipt.js';
import { shownAtEnd, unsignedEvents, unsignedRuns } from './adoption.store.js';
import { storedHistories } from './stored-history.js';

const BATCH = 100;

/**
 * Signs what there was before the chain, as it is found now. It happens once: a signed entry ends it, so that nothing
 * that is put into the database later is ever taken for old.
 */
export async function adopt(
  db: DataSource,
  chain: AuditChain,
  logger?: Pick<Logger, 'info'>,
): Promise<boolean> {
  if (await chain.adoptionEnded()) {
    await chain.renew();
    return true;
  }
  let adopted = 0;
  let after: string | null = '00000000-0000-0000-0000-000000000000';
  while (after !== null) {
    const last: string = after;
    const runs = await db.transaction((tx) => adoptSome(tx, chain, last));
    adopted += runs.length;
    if (adopted > 0) logger?.info({ adopted }, 'runs of earlier versions were taken into the audit chain');
    after = runs.length < BATCH ? null : (runs.at(-1) ?? null);
  }
  return true;
}

/** The second process waits for the first one's batch, and looks again. */
async function adoptSome(tx: EntityManager, chain: AuditChain, after: string): Promise<string[]> {
  await lock(tx, 'audit-chain');
  if (await chain.adoptionEnded(tx)) return [];
  const ids = await unsignedRuns(tx, after, BATCH);
  const entries: NewEntry[] = [];
  for (const id of ids) entries.push(await asFound(tx, id));
  if (ids.length < BATCH) entries.push({ kind: 'adoption_ended', run_id: null, facts: {} });
  await chain.append(tx, entries);
  return ids;
}

async function asFound(db: EntityManager, run_id: string): Promise<NewEntry> {
  const kept = await storedHistories(db, run_id);
  const events = await unsignedEvents(db, run_id);
  const row = await shownAtEnd(db, run_id);
  const facts = {
    executions: kept.map(({ bytes, ...execution }) => execution),
    receipts: events.map((event) => receipt(run_id, event)),
    shown: row?.shown ?? null,
    finished_at: row ? row.finished_at.toISOString() : null,
  };
  return { kind: 'adopted', run_id, facts };
}
