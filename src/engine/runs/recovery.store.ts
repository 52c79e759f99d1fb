import type { DataSource, EntityManager } from 'typeorm';
import { type WaitReasonCode, waitFor } from '../../../workflows/contract/wait-reasons.js';
import { SEEN_WITHIN_SECONDS } from './worker.store.js';

const UNCHECKED_RUNS = `
  SELECT id FROM agent_runs
   WHERE dispatched_at < now() - interval '15 seconds' AND finished_at IS NULL
     AND (checked_at IS NULL OR checked_at < now() - interval '30 seconds')
   ORDER BY checked_at NULLS FIRST, dispatched_at LIMIT $1`;

/** Returns the runs under way that were not checked for a while, the longest first. */
export async function uncheckedRuns(db: DataSource, most: number): Promise<string[]> {
  const rows: { id: string }[] = await db.query(UNCHECKED_RUNS, [most]);
  return rows.map(({ id }) => id);
}

const UNFINISHED_AMONG = `SELECT id FROM agent_runs WHERE id::text = ANY($1) AND finished_at IS NULL`;

/** Takes workflow ids, because some workflows are no runs. */
export async function unfinishedAmong(db: DataSource, workflow_ids: string[]): Promise<string[]> {
  const rows: { id: string }[] = await db.query(UNFINISHED_AMONG, [workflow_ids]);
  return rows.map(({ id }) => id);
}

const STUCK = 'workflow_stuck' satisfies WaitReasonCode;

const SET_CHECKED = `
  UPDATE agent_runs
     SET checked_at = now(),
         wait_reason = CASE WHEN wait_reason IS NULL OR wait_reason->>'code' = '${STUCK}'
                            THEN $2::jsonb ELSE wait_reason END
   WHERE id = $1 AND finished_at IS NULL`;

/** Records a check of the run. A message says that the run is stuck; null says that it is not. Another reason to wait stays. */
export async function setChecked(db: DataSource, run_id: string, message: string | null): Promise<void> {
  const reason = message === null ? null : JSON.stringify(waitFor(STUCK, message));
  await db.query(SET_CHECKED, [run_id, reason]);
}

const ONLY_BUILD = `
  SELECT CASE WHEN count(DISTINCT build) = 1 AND count(*) = count(build) THEN min(build) END AS build
    FROM workers WHERE seen_at > now() - $1 * interval '1 second'`;

/** Returns the build of all polling workers; null if they have several, or if one has none. */
export async function onlyBuild(tx: EntityManager): Promise<string | null> {
  const [{ build }]: [{ build: string | null }] = await tx.query(ONLY_BUILD, [SEEN_WITHIN_SECONDS]);
  return build;
}
