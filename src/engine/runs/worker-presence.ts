import type { DataSource } from 'typeorm';
import type { Logger } from '../../platform/config/logger.js';

/** Temporal keeps a dead worker in its list of pollers for minutes; this list is right within seconds. */
const EVERY_MS = 3000;
export const SEEN_WITHIN_SECONDS = 10;

const BEAT = `
  INSERT INTO workers (identity, task_queue, build, started_at, seen_at) VALUES ($1, $2, $3, now(), now())
  ON CONFLICT (identity) DO UPDATE SET seen_at = now()`;

export class WorkerPresence {
  constructor(
    private readonly db: DataSource,
    private readonly identity: string,
    private readonly taskQueue: string,
    private readonly logger: Logger,
    private readonly build: string | null = null,
  ) {}

  start(polling: () => boolean): { stop(): Promise<void> } {
    const beat = async () => {
      if (!polling()) return;
      await this.db
        .query(BEAT, [this.identity, this.taskQueue, this.build])
        .catch((error: unknown) => this.logger.warn({ err: error }, 'presence was not written'));
    };
    void beat();
    const timer = setInterval(() => void beat(), EVERY_MS);
    return {
      stop: async () => {
        clearInterval(timer);
        await this.db
          .query(`DELETE FROM workers WHERE identity = $1`, [this.identity])
          .catch(() => undefined);
      },
    };
  }
}

/** How many workers poll this task queue now. */
export async function pollingWorkers(db: DataSource, taskQueue: string): Promise<number> {
  return (await pollingFleet(db, taskQueue)).polling;
}

const POLLING_FLEET = `
  SELECT count(*)::int AS polling,
         coalesce(array_agg(DISTINCT build) FILTER (WHERE build IS NOT NULL), '{}') AS builds
    FROM workers
   WHERE task_queue = $1 AND seen_at > now() - $2 * interval '1 second'`;

/** Two builds at once are a deploy under way. */
export async function pollingFleet(
  db: DataSource,
  taskQueue: string,
): Promise<{ polling: number; builds: string[] }> {
  const [row]: { polling: number; builds: string[] }[] = await db.query(POLLING_FLEET, [
    taskQueue,
    SEEN_WITHIN_SECONDS,
  ]);
  return row ?? { polling: 0, builds: [] };
}
