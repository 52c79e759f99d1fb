import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { DataSource } from 'typeorm';
import { createTick } from '../../activities/schedules/tick.js';
import { createSigner } from '../../src/engine/attestation/signer.js';
import { Admission } from '../../src/engine/runs/admission.js';
import { Dispatcher } from '../../src/engine/runs/dispatcher.js';
import type { ScheduleReconciler } from '../../src/engine/schedules/schedule-reconciler.js';
import { TickFirer } from '../../src/engine/schedules/tick-firer.js';
import { type Environment, readEnvironment } from '../../src/platform/config/environment.js';
import { FAILURE_CONVERTER, payloadCodec } from '../../src/platform/temporal/data-converter.js';
import { Engine } from '../../src/platform/temporal/engine.js';
import { until } from '../../stack/until.js';
import { keysOf } from '../harness/keys.js';
import type { BenchStack } from '../harness/stack.js';
import { alone, bind, settings, TASK_QUEUE } from './stage.js';

/** The time from the nominal tick to its first and last run in PostgreSQL, and Temporal's time for them. */
export interface Lag {
  members: number;
  first_admitted_ms: number;
  last_admitted_ms: number;
  starts_per_second: number;
}

const EVERY_SECONDS = 20;
/** Starts are watched for so long after the last run was admitted; the others are left out. */
const STARTS_MS = 10_000;

/** Measures one tick of the largest cadence, woken by Temporal itself. Its runs wait on a task queue of their own. */
export async function measureLag(
  bench: BenchStack,
  url: string,
  db: DataSource,
  reconciler: ScheduleReconciler,
  members: number,
  afterwards: object,
): Promise<Lag> {
  const env = readEnvironment({
    ...bench.source,
    TEMPORAL_ADDRESS: bench.temporal.address,
    ...keysOf(bench),
    TEMPORAL_TASK_QUEUE: 'schedules-bench-runs',
  });
  const engine = await Engine.connect(env, 'nightshift-bench');
  const firer = new TickFirer(
    db,
    new Admission(createSigner(env)),
    new Dispatcher(db, engine, createSigner(env)),
    () => settings,
  );
  const stopWorker = await startWorker(bench, env, firer);
  try {
    const [{ name }] = await db.query(
      `SELECT o.name FROM organisations o JOIN projects p ON p.organisation_id = o.id GROUP BY o.id HAVING count(*) = $1`,
      [members],
    );
    await bind(url, { kind: 'interval', every_seconds: EVERY_SECONDS }, name);
    await alone(db, (lease) => reconciler.pass(lease));
    const admitted = async () => (await runsOfTick(db)).runs === members;
    if (!(await until(admitted, { withinMs: 90_000, everyMs: 100, signal: bench.signal })))
      throw new Error('no tick fired for all members');
    await bind(url, afterwards, name);
    await alone(db, (lease) => reconciler.pass(lease));
    await pause(STARTS_MS, undefined, { signal: bench.signal });
    const { tick_at, first, last, started, last_start } = await runsOfTick(db);
    return {
      members,
      first_admitted_ms: first.getTime() - tick_at.getTime(),
      last_admitted_ms: last.getTime() - tick_at.getTime(),
      starts_per_second: started / ((last_start.getTime() - first.getTime()) / 1000),
    };
  } finally {
    await engine.close();
    await stopWorker();
  }
}

interface RunsOfTick {
  tick_at: Date;
  runs: number;
  first: Date;
  last: Date;
  started: number;
  last_start: Date;
}

/** Reads the runs of the only tick that has fired. */
async function runsOfTick(db: DataSource): Promise<RunsOfTick> {
  const [row]: RunsOfTick[] = await db.query(
    `SELECT tick_at, count(*)::int AS runs, min(created_at) AS first, max(created_at) AS last,
            count(dispatched_at)::int AS started, max(dispatched_at) AS last_start
       FROM agent_runs WHERE tick_at IS NOT NULL GROUP BY tick_at ORDER BY runs DESC LIMIT 1`,
  );
  return (
    row ?? {
      tick_at: new Date(),
      runs: 0,
      first: new Date(),
      last: new Date(),
      started: 0,
      last_start: new Date(),
    }
  );
}

/** A worker for ticks alone. */
async function startWorker(
  { temporal, environment }: BenchStack,
  env: Environment,
  ticks: TickFirer,
): Promise<() => Promise<void>> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const connection = await NativeConnection.connect({ address: temporal.address });
  const worker = await Worker.create({
    connection,
    namespace: environment.TEMPORAL_NAMESPACE,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: join(import.meta.dirname, '../../workflow-bundle.js') },
    activities: createTick({ ticks }),
    dataConverter: { payloadCodecs: [payloadCodec(env)], failureConverterPath: FAILURE_CONVERTER },
  });
  const running = worker.run();
  return async () => {
    worker.shutdown();
    await running;
    await connection.close();
  };
}
