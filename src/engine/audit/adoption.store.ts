import type { EntityManager } from 'typeorm';
import type { EventFacts } from '../attestation/receipt.js';
import { SHOWN } from '../runs/shown.sql.js';

const UNSIGNED_RUNS = `
  SELECT r.id FROM agent_runs r
   WHERE r.id > $2 AND NOT EXISTS (SELECT FROM audit_chain c WHERE c.run_id = r.id AND c.kind = 'adopted')
     AND EXISTS (SELECT FROM agent_run_events e WHERE e.run_id = r.id AND e.token IS NULL)
   ORDER BY r.id LIMIT $1`;

/** Returns runs that were not adopted and have events from before the chain, which carry no token. */
export async function unsignedRuns(tx: EntityManager, after: string, most: number): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(UNSIGNED_RUNS, [most, after]);
  return rows.map(({ id }) => id);
}

const UNSIGNED_EVENTS = `
  SELECT seq, type, at, status, attempt, data FROM agent_run_events
   WHERE run_id = $1 AND token IS NULL ORDER BY seq`;

export function unsignedEvents(tx: EntityManager, run_id: string): Promise<EventFacts[]> {
  return tx.query(UNSIGNED_EVENTS, [run_id]);
}

const SHOWN_AT_END = `
  SELECT ${SHOWN} AS shown, finished_at FROM agent_runs run WHERE id = $1 AND finished_at IS NOT NULL`;

/** Returns the digest of an ended run's public fields; null if the run has not ended. */
export async function shownAtEnd(
  tx: EntityManager,
  run_id: string,
): Promise<{ shown: string; finished_at: Date } | null> {
  const [row]: { shown: string; finished_at: Date }[] = await tx.query(SHOWN_AT_END, [run_id]);
  return row ?? null;
}
