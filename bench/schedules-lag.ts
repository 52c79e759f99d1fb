import { join } from 'node:path';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { DataSource } from 'typeorm';
import { createTick } from '../activities/schedules/tick.js';
import { readEnvironment } from '../src/config/environment.js';
import { until } from '../src/embedded/until.js';
import { Admission } from '../src/runs/admission.js';
import { Dispatcher } from '../src/runs/dispatcher.js';
import type { ScheduleReconciler } from '../src/schedules/schedule-reconciler.js';
import { TickFirer } from '../src/schedules/tick-firer.js';
import { Engine } from '../src/temporal/engine.js';
import { settings, TASK_QUEUE } from './schedules.js';
import { bind } from './schedules-stage.js';
import type { BenchStack } from './stack.js';

/** From the nominal tick to its last run: in PostgreSQL, and known to Temporal. */
export interface Lag {
  members: number;
  first_admitted_ms: number;
  last_admitted_ms: number;
  last_started_ms: number;
}

const EVERY_SECONDS = 20;

/** One tick of the largest cadence, woken by Temporal itself. The runs it starts wait on a task queue of their own. */
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
    TEMPORAL_TASK_QUEUE: 'schedules-bench-runs',
  });
  const engine = await Engine.connect(env, 'nightshift-bench');
  const firer = new TickFirer(db, new Admission(), new Dispatcher(db, engine), () => settings);
  let ended: { fired_at: string; at: number } | undefined;
  const fire = async (cadence_id: string, scheduled_at: Date | null) => {
    const ticked = await firer.fire(cadence_id, scheduled_at);
    if (ticked.admitted === members && ticked.fired_at)
      ended ??= { fired_at: ticked.fired_at, at: Date.now() };
    return ticked;
  };
  const stopWorker = await startWorker(bench, fire);
  try {
    const [{ name }] = await db.query(
      `SELECT o.name FROM organisations o JOIN projects p ON p.organisation_id = o.id GROUP BY o.id HAVING count(*) = $1`,
      [members],
    );
    await bind(url, { kind: 'interval', every_seconds: EVERY_SECONDS }, name);
    await reconciler.pass();
    const came = await until(async () => ended !== undefined, {
      withinMs: 90_000,
      everyMs: 50,
      signal: bench.signal,
    });
    if (!came || !ended) throw new Error('no tick fired for all members');
    await bind(url, afterwards, name);
    await reconciler.pass();
    const [{ first, last }] = await db.query(
      `SELECT min(created_at) AS first, max(created_at) AS last FROM agent_runs WHERE tick_at = $1`,
      [ended.fired_at],
    );
    const tick = Date.parse(ended.fired_at);
    return {
      members,
      first_admitted_ms: first.getTime() - tick,
      last_admitted_ms: last.getTime() - tick,
      last_started_ms: ended.at - tick,
    };
  } finally {
    await stopWorker();
    await engine.close();
  }
}

/** A worker for ticks alone. */
async function startWorker(
  { temporal, environment }: BenchStack,
  fire: (cadence_id: string, scheduled_at: Date | null) => ReturnType<TickFirer['fire']>,
): Promise<() => Promise<void>> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const connection = await NativeConnection.connect({ address: temporal.address });
  const worker = await Worker.create({
    connection,
    namespace: environment.TEMPORAL_NAMESPACE,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: join(import.meta.dirname, '..', 'workflow-bundle.js') },
    activities: createTick({ ticks: { fire } }),
  });
  const running = worker.run();
  return async () => {
    worker.shutdown();
    await running;
    await connection.close();
  };
}
