import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { DataSource } from 'typeorm';
import { type Engine, type History, historyCodec } from '../temporal/engine.js';

const zip = promisify(gzip);
const unzip = promisify(gunzip);

interface Unarchived {
  id: string;
  temporal_run_id: string | null;
}

/** Keeps the history of every ended run, so that its proofs outlive Temporal's retention. */
export class Archiver {
  constructor(
    private readonly db: DataSource,
    private readonly engine: Engine,
  ) {}

  /** Takes a small share while runs are under way, and catches up when there are none or when it lags. */
  async pass(): Promise<number> {
    const due: Unarchived[] = await this.db.query(
      `SELECT id, temporal_run_id FROM agent_runs
        WHERE finished_at < now() - interval '1 second' AND archived_at IS NULL
        ORDER BY finished_at
        LIMIT CASE
          WHEN EXISTS (SELECT FROM agent_runs WHERE finished_at IS NULL AND dispatched_at IS NOT NULL)
           AND NOT EXISTS (SELECT FROM agent_runs WHERE archived_at IS NULL AND finished_at < now() - interval '2 minutes')
          THEN 5 ELSE 200 END`,
    );
    let archived = 0;
    for (const run of due) if (await this.archive(run)) archived += 1;
    return archived;
  }

  /** False where the workflow has not closed yet. */
  async archive({ id, temporal_run_id }: Unarchived): Promise<boolean> {
    const history = await this.engine.history(id, temporal_run_id ?? undefined);
    if (history && !isClosed(history)) return false;
    if (!history) {
      await this.db.query(`UPDATE agent_runs SET archived_at = now() WHERE id = $1`, [id]);
      return true;
    }
    const packed = await zip(historyCodec.encode(history).finish(), { level: 6 });
    await this.db.query(
      `WITH kept AS (
         INSERT INTO agent_run_histories (run_id, temporal_run_id, events, history) VALUES ($1, $2, $3, $4)
         ON CONFLICT (run_id, temporal_run_id) DO UPDATE SET events = excluded.events, history = excluded.history
       )
       UPDATE agent_runs SET archived_at = now() WHERE id = $1`,
      [id, temporal_run_id ?? firstRunId(history), history.events?.length ?? 0, packed],
    );
    return true;
  }

  async read(run_id: string): Promise<History | null> {
    const [row]: { history: Buffer }[] = await this.db.query(
      `SELECT history FROM agent_run_histories WHERE run_id = $1 ORDER BY archived_at DESC LIMIT 1`,
      [run_id],
    );
    return row ? historyCodec.decode(await unzip(row.history)) : null;
  }
}

export function isClosed(history: History): boolean {
  const last = history.events?.at(-1);
  return Boolean(
    last?.workflowExecutionCompletedEventAttributes ??
      last?.workflowExecutionFailedEventAttributes ??
      last?.workflowExecutionCanceledEventAttributes ??
      last?.workflowExecutionTerminatedEventAttributes ??
      last?.workflowExecutionTimedOutEventAttributes ??
      last?.workflowExecutionContinuedAsNewEventAttributes,
  );
}

function firstRunId(history: History): string {
  return history.events?.[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? 'unknown';
}
