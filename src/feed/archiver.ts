import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { DataSource } from 'typeorm';
import type { Logger } from '../config/logger.js';
import { type Engine, type History, historyCodec } from '../temporal/engine.js';
import { executionOf } from '../temporal/history.js';

const zip = promisify(gzip);
const unzip = promisify(gunzip);

interface Unarchived {
  id: string;
}

/** So many histories are fetched and packed at a time. */
const AT_ONCE = 8;
/** A run whose histories cannot be kept, or whose workflow has not closed, is left for a while, so that it holds up no other. */
const LEFT_FOR_MS = 60_000;

/** Keeps the histories of every ended run, so that its proofs outlive Temporal's retention. */
export class Archiver {
  private readonly failed = new Map<string, number>();

  constructor(
    private readonly db: DataSource,
    private readonly engine: Engine,
    private readonly logger?: Pick<Logger, 'error'>,
  ) {}

  /** Takes a small share while runs are under way, and catches up when there are none or when it lags. */
  async pass(): Promise<number> {
    const now = Date.now();
    for (const [id, until] of this.failed) if (until <= now) this.failed.delete(id);
    const due: Unarchived[] = await this.db.query(
      `SELECT id FROM agent_runs
        WHERE finished_at < now() - interval '1 second' AND archived_at IS NULL AND id <> ALL ($1::uuid[])
        ORDER BY finished_at
        LIMIT CASE
          WHEN EXISTS (SELECT FROM agent_runs WHERE finished_at IS NULL AND dispatched_at IS NOT NULL)
           AND NOT EXISTS (SELECT FROM agent_runs WHERE archived_at IS NULL AND finished_at < now() - interval '2 minutes')
          THEN 5 ELSE 200 END`,
      [[...this.failed.keys()]],
    );
    let archived = 0;
    const next = async () => {
      for (let run = due.shift(); run; run = due.shift()) if (await this.tryToArchive(run)) archived += 1;
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    return archived;
  }

  private async tryToArchive(run: Unarchived): Promise<boolean> {
    try {
      const archived = await this.archive(run);
      if (!archived) this.failed.set(run.id, Date.now() + LEFT_FOR_MS);
      return archived;
    } catch (error) {
      this.failed.set(run.id, Date.now() + LEFT_FOR_MS);
      if (this.engine.up)
        this.logger?.error(
          { err: error, run_id: run.id },
          'the histories of a run could not be archived yet',
        );
      return false;
    }
  }

  /** False where the workflow has not closed yet. */
  async archive({ id }: Unarchived, known?: readonly History[]): Promise<boolean> {
    const histories = known ?? (await this.engine.histories(id));
    const last = histories.at(-1);
    if (last && !isClosed(last)) return false;
    for (const history of histories) {
      const packed = await zip(historyCodec.encode(history).finish(), { level: 6 });
      await this.db.query(
        `INSERT INTO agent_run_histories (run_id, temporal_run_id, events, history) VALUES ($1, $2, $3, $4)
         ON CONFLICT (run_id, temporal_run_id) DO UPDATE
           SET events = excluded.events, history = excluded.history, archived_at = clock_timestamp()`,
        [id, executionOf(history), history.events?.length ?? 0, packed],
      );
    }
    await this.db.query(
      `UPDATE agent_runs SET archived_at = now() WHERE id = $1 AND finished_at IS NOT NULL`,
      [id],
    );
    return true;
  }

  /** In the order of the executions. */
  async read(run_id: string): Promise<History[]> {
    const rows: { history: Buffer }[] = await this.db.query(
      `SELECT history FROM agent_run_histories WHERE run_id = $1 ORDER BY archived_at`,
      [run_id],
    );
    return Promise.all(rows.map(async ({ history }) => historyCodec.decode(await unzip(history))));
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
