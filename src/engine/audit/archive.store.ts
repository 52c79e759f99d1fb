import type { DataSource, EntityManager } from 'typeorm';
import { AgentRunHistory } from '../../platform/db/entities/run.entity.js';

/** The limit is low while runs are under way, and high if there are none or the archive lags. */
const RUNS_TO_ARCHIVE = `
  SELECT id FROM agent_runs
   WHERE finished_at < now() - interval '1 second' AND archived_at IS NULL AND id <> ALL ($1::uuid[])
   ORDER BY finished_at
   LIMIT CASE
     WHEN EXISTS (SELECT FROM agent_runs WHERE finished_at IS NULL AND dispatched_at IS NOT NULL)
      AND NOT EXISTS (SELECT FROM agent_runs WHERE archived_at IS NULL AND finished_at < now() - interval '2 minutes')
     THEN 5 ELSE $2::int END`;

/** Returns the runs that ended first, without those that are left for a while. */
export function runsToArchive(
  db: DataSource,
  without: readonly string[],
  most: number,
): Promise<{ id: string }[]> {
  return db.query(RUNS_TO_ARCHIVE, [without, most]);
}

const SET_ARCHIVED = `
  UPDATE agent_runs SET archived_at = now()
   WHERE id IN (SELECT id FROM agent_runs WHERE id = ANY($1) AND finished_at IS NOT NULL ORDER BY id FOR UPDATE)`;

/** The second process waits for the first, and then finds the runs signed. */
export async function setArchived(tx: EntityManager, ids: readonly string[]): Promise<void> {
  await tx.query(SET_ARCHIVED, [ids]);
}

const KEEP_HISTORIES = `
  INSERT INTO agent_run_histories (run_id, temporal_run_id, events, history, archived_at)
  SELECT run_id, temporal_run_id, events, history, clock_timestamp() + number * interval '1 ms'
    FROM unnest($1::uuid[], $2::text[], $3::int[], $4::bytea[]) WITH ORDINALITY
      AS e(run_id, temporal_run_id, events, history, number)
   ORDER BY number
  ON CONFLICT (run_id, temporal_run_id) DO UPDATE
    SET events = excluded.events, history = excluded.history, archived_at = excluded.archived_at`;

export type HistoryRow = Omit<AgentRunHistory, 'archived_at'>;

export async function keepHistories(tx: EntityManager, rows: readonly HistoryRow[]): Promise<void> {
  await tx.query(KEEP_HISTORIES, [
    rows.map(({ run_id }) => run_id),
    rows.map(({ temporal_run_id }) => temporal_run_id),
    rows.map(({ events }) => events),
    rows.map(({ history }) => history),
  ]);
}

/** Returns the histories in the order of the executions. */
export function historiesOf(db: DataSource | EntityManager, run_id: string): Promise<AgentRunHistory[]> {
  return db.getRepository(AgentRunHistory).find({ where: { run_id }, order: { archived_at: 'ASC' } });
}
