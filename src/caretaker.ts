import type { DataSource } from 'typeorm';
import type { Environment } from './config/environment.js';
import type { Logger } from './config/logger.js';
import { Archiver } from './feed/archiver.js';
import { Reconciler } from './runs/reconciler.js';
import { deleteOldRuns, forgetWorkers } from './runs/retention.js';
import { Engine } from './temporal/engine.js';

/** What keeps the record straight behind the runs. Each chore runs in one process of the fleet at a time. */
interface Chore {
  name: string;
  every_ms: number;
  work(): Promise<unknown>;
}

export async function startCaretaker(
  env: Environment,
  db: DataSource,
  logger: Logger,
): Promise<{ stop(): Promise<void> }> {
  const engine = await Engine.connect(env, 'nightshift-caretaker');
  const reconciler = new Reconciler(db, engine, logger);
  const archiver = new Archiver(db, engine);
  const chores: Chore[] = [
    { name: 'archive', every_ms: 1000, work: () => archiver.pass() },
    { name: 'reconcile', every_ms: 5000, work: () => reconciler.pass() },
    { name: 'retention', every_ms: 3_600_000, work: () => deleteOldRuns(db, env.RUN_RETENTION_DAYS) },
    { name: 'forget-workers', every_ms: 3_600_000, work: () => forgetWorkers(db) },
  ];
  const loops = chores.map((chore) => repeat(chore, db, engine, logger));
  return {
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
      await engine.close();
    },
  };
}

function repeat(chore: Chore, db: DataSource, engine: Engine, logger: Logger): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let pass = Promise.resolve();
  const run = async () => {
    try {
      await alone(db, `nightshift/${chore.name}`, chore.work);
    } catch (error) {
      if (engine.up) logger.warn({ err: error, chore: chore.name }, 'a chore failed; it is tried again');
    }
    if (!stopped) timer = setTimeout(start, chore.every_ms);
  };
  const start = () => {
    pass = run();
  };
  start();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await pass;
    },
  };
}

/** Skips the work where another process is at it; PostgreSQL frees the lock when its holder dies. */
async function alone(db: DataSource, name: string, work: () => Promise<unknown>): Promise<void> {
  const runner = db.createQueryRunner();
  try {
    const [{ free }] = await runner.query(`SELECT pg_try_advisory_lock(hashtext($1)) AS free`, [name]);
    if (!free) return;
    try {
      await work();
    } finally {
      await runner.query(`SELECT pg_advisory_unlock(hashtext($1))`, [name]);
    }
  } finally {
    await runner.release();
  }
}
