import type { DataSource, Logger } from 'typeorm';
import { createSigner, type Signer } from '../../src/engine/attestation/signer.js';
import { nextTick } from '../../src/engine/cadences/ticks.js';
import { Admission } from '../../src/engine/runs/admission.js';
import { ScheduleReconciler } from '../../src/engine/schedules/schedule-reconciler.js';
import { TickFirer } from '../../src/engine/schedules/tick-firer.js';
import { readEnvironment } from '../../src/platform/config/environment.js';
import { createLogger } from '../../src/platform/config/logger.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import type { Cadence } from '../../src/platform/db/entities/schedule.entity.js';
import { Engine } from '../../src/platform/temporal/engine.js';
import { keysOf } from '../harness/keys.js';
import type { BenchStack } from '../harness/stack.js';
import { median } from '../harness/stats.js';
import { temporalCounter } from '../harness/temporal-requests.js';
import { type Lag, measureLag } from './lag.js';
import { alone, bind, makeDatabase, type Spread, settings, TASK_QUEUE } from './stage.js';

interface Pass {
  ms: number;
  statements: number;
  /** About Schedules, as Temporal counts them. */
  calls: number;
}

/** The cost of one tick, without the starts of its runs. */
interface TickCost {
  members: number;
  ms: number;
  statements: number;
}

export interface ScheduleFigures {
  members: number;
  cadences: number;
  passes: Record<string, Pass>;
  ticks: TickCost[];
  lag: Lag;
}

export interface ScheduleSizes {
  schedules: Spread;
  tick_rounds: number;
}

const NOT_STARTED = {
  sendCancel: async () => undefined,
  handOver: async () => undefined,
};
const DAILY = { kind: 'cron', cron: '30 7 * * *' };
const LATER = { kind: 'cron', cron: '45 8 * * *' };

/** The product's own reconciler and firer, in a database where nobody else does either. */
export async function measureSchedules(bench: BenchStack, sizes: ScheduleSizes): Promise<ScheduleFigures> {
  const { members, cadences, ladder } = sizes.schedules;
  const url = await bench.step('schedules database', () => makeDatabase(bench, sizes.schedules));
  const env = readEnvironment({
    ...bench.source,
    TEMPORAL_ADDRESS: bench.temporal.address,
    ...keysOf(bench),
    TEMPORAL_TASK_QUEUE: TASK_QUEUE,
  });
  const engine = await Engine.connect(env, 'nightshift-bench');
  const db = await createDataSource(url, 10, 'nightshift-bench').initialize();
  try {
    const reconciler = new ScheduleReconciler(
      db,
      engine,
      { current: () => settings, refresh: async () => undefined },
      createLogger({ LOG_LEVEL: 'warn' }, 'bench'),
    );
    const passes: Record<string, Pass> = {};
    const pass = (name: string) =>
      bench.step(name, async () => {
        passes[name] = await measurePass(bench, db, reconciler);
      });
    await bind(url, DAILY);
    await pass('first reconcile');
    await pass('nothing to do');
    await bind(url, LATER);
    await pass('all move');
    const most = Math.max(...ladder);
    const lag = await bench.step('lag', () => measureLag(bench, url, db, reconciler, most, LATER));
    const ticks = await bench.step('ticks', () =>
      measureTicks(db, createSigner(env), ladder, sizes.tick_rounds, bench.signal),
    );
    return { members, cadences, passes, ticks, lag };
  } finally {
    await db.destroy();
    await engine.close();
  }
}

async function measurePass(bench: BenchStack, db: DataSource, reconciler: ScheduleReconciler): Promise<Pass> {
  const calls = await temporalCounter(bench);
  const { ms, counted } = await alone(db, async (lease) => {
    const statements = countStatements(db);
    const began = performance.now();
    await reconciler.pass(lease);
    return { ms: performance.now() - began, counted: statements() };
  });
  const made = Object.entries(await calls()).filter(([operation]) => operation.includes('Schedule'));
  return { ms, statements: counted, calls: made.reduce((sum, [, count]) => sum + count, 0) };
}

/** The middle of some ticks of each cadence; those of different sizes take turns. */
async function measureTicks(
  db: DataSource,
  signer: Signer,
  ladder: readonly number[],
  rounds: number,
  signal: AbortSignal,
): Promise<TickCost[]> {
  const firer = new TickFirer(db, new Admission(signer), NOT_STARTED, () => settings);
  const cadences: { id: string; spec: Cadence; members: number }[] = await db.query(
    `SELECT c.id, c.spec, count(*)::int AS members FROM cadences c JOIN schedules s ON s.cadence_id = c.id
      GROUP BY c.id HAVING count(*) = ANY($1) ORDER BY members`,
    [ladder],
  );
  const taken = new Map<number, TickCost[]>(ladder.map((size) => [size, []]));
  const endRuns = () =>
    db.query(`UPDATE agent_runs SET status = 'completed', finished_at = now() WHERE finished_at IS NULL`);
  await endRuns();
  let at = new Date();
  for (let round = 0; round < rounds; round += 1) {
    for (const { id, spec, members } of cadences) {
      signal.throwIfAborted();
      const tick = nextTick(spec, at)!;
      const statements = countStatements(db);
      const began = performance.now();
      const { admitted } = await firer.fire(id, tick);
      const ms = performance.now() - began;
      if (admitted !== members) throw new Error(`${admitted} of ${members} members were admitted`);
      taken.get(members)!.push({ members, ms, statements: statements() });
      await endRuns();
    }
    at = new Date(at.getTime() + 86_400_000);
  }
  return ladder.map((members) => {
    const own = taken.get(members)!;
    return {
      members,
      ms: median(own.map(({ ms }) => ms)),
      statements: median(own.map((one) => one.statements)),
    };
  });
}

/** Counts the statements sent to PostgreSQL since, those that begin and end transactions included. */
function countStatements(db: DataSource): () => number {
  let count = 0;
  const nothing = () => undefined;
  const logger: Logger = {
    logQuery: () => {
      count += 1;
    },
    ...{
      logQueryError: nothing,
      logQuerySlow: nothing,
      logSchemaBuild: nothing,
      logMigration: nothing,
      log: nothing,
    },
  };
  db.logger = logger;
  return () => count;
}
