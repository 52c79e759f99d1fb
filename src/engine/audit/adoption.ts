import type { DataSource, EntityManager } from 'typeorm';
import type { Logger } from '../../platform/config/logger.js';
import { lock } from '../../platform/locks/advisory-lock.store.js';
import type { AuditChain, NewEntry } from '../attestation/chain.js';
import { type EventFacts, receipt } from '../attestation/receipt.js';
import { SHOWN } from '../runs/shown.sql.js';
import { storedHistories } from './stored-history.js';

const BATCH = 100;

/** Runs with events from before there was a chain, which carry no token, and that were not adopted. */
const UNSIGNED = `
  SELECT r.id FROM agent_runs r
   WHERE r.id > $2 AND NOT EXISTS (SELECT FROM audit_chain c WHERE c.run_id = r.id AND c.kind = 'adopted')
     AND EXISTS (SELECT FROM agent_run_events e WHERE e.run_id = r.id AND e.token IS NULL)
   ORDER BY r.id LIMIT $1`;

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
  const rows: { id: string }[] = await tx.query(UNSIGNED, [BATCH, after]);
  const entries: NewEntry[] = [];
  for (const { id } of rows) entries.push(await asFound(tx, id));
  if (rows.length < BATCH) entries.push({ kind: 'adoption_ended', run_id: null, facts: {} });
  await chain.append(tx, entries);
  return rows.map(({ id }) => id);
}

const UNSIGNED_EVENTS = `
  SELECT seq, type, at, status, attempt, data FROM agent_run_events
   WHERE run_id = $1 AND token IS NULL ORDER BY seq`;

async function asFound(db: EntityManager, run_id: string): Promise<NewEntry> {
  const kept = await storedHistories(db, run_id);
  const events: EventFacts[] = await db.query(UNSIGNED_EVENTS, [run_id]);
  const [row]: { shown: string; finished_at: Date }[] = await db.query(
    `SELECT ${SHOWN} AS shown, finished_at FROM agent_runs run WHERE id = $1 AND finished_at IS NOT NULL`,
    [run_id],
  );
  const facts = {
    executions: kept.map(({ bytes, ...execution }) => execution),
    receipts: events.map((event) => receipt(run_id, event)),
    shown: row?.shown ?? null,
    finished_at: row ? row.finished_at.toISOString() : null,
  };
  return { kind: 'adopted', run_id, facts };
}
