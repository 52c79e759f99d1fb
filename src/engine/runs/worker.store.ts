import type { DataSource } from 'typeorm';

export const SEEN_WITHIN_SECONDS = 10;

const KEEP_WORKER = `
  INSERT INTO workers (identity, task_queue, build, started_at, seen_at) VALUES ($1, $2, $3, now(), now())
  ON CONFLICT (identity) DO UPDATE SET seen_at = now()`;

interface PollingWorker {
  identity: string;
  task_queue: string;
  build: string | null;
}

/** Records that the worker polls now. */
export async function keepWorker(
  db: DataSource,
  { identity, task_queue, build }: PollingWorker,
): Promise<void> {
  await db.query(KEEP_WORKER, [identity, task_queue, build]);
}

export async function deleteWorker(db: DataSource, identity: string): Promise<void> {
  await db.query(`DELETE FROM workers WHERE identity = $1`, [identity]);
}

/** Deletes workers that ended without deleting their row. */
export async function forgetWorkers(db: DataSource): Promise<void> {
  await db.query(`DELETE FROM workers WHERE seen_at < now() - interval '1 hour'`);
}

const POLLING_FLEET = `
  SELECT count(*)::int AS polling,
         coalesce(array_agg(DISTINCT build) FILTER (WHERE build IS NOT NULL), '{}') AS builds
    FROM workers
   WHERE task_queue = $1 AND seen_at > now() - $2 * interval '1 second'`;

/** Two builds at once mean that a deploy is under way. */
export async function pollingFleet(
  db: DataSource,
  task_queue: string,
): Promise<{ polling: number; builds: string[] }> {
  const [fleet]: [{ polling: number; builds: string[] }] = await db.query(POLLING_FLEET, [
    task_queue,
    SEEN_WITHIN_SECONDS,
  ]);
  return fleet;
}

/** Returns the number of workers that poll this task queue now. */
export async function pollingWorkers(db: DataSource, task_queue: string): Promise<number> {
  return (await pollingFleet(db, task_queue)).polling;
}

const KNOWN_BUILDS = `
  SELECT coalesce(array_agg(id ORDER BY number DESC) FILTER (WHERE polls), '{}') AS polling, count(*)::int AS known
    FROM (SELECT id, number, EXISTS (SELECT FROM workers w WHERE w.build = b.id AND w.task_queue = $1
                                        AND w.seen_at > now() - $2 * interval '1 second') AS polls
            FROM builds b) each`;

/** Returns the builds that a worker polls for, the newest first, and how many there ever were. */
export async function knownBuilds(
  db: DataSource,
  task_queue: string,
): Promise<{ polling: string[]; known: number }> {
  const [builds]: [{ polling: string[]; known: number }] = await db.query(KNOWN_BUILDS, [
    task_queue,
    SEEN_WITHIN_SECONDS,
  ]);
  return builds;
}
