import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import type { DataSource } from 'typeorm';
import { createActivities } from '../../activities/index.js';
import { works } from '../../agents/works.js';
import { tools } from '../../tools/index.js';
import { createTools } from '../../tools/tool.js';
import { buildId } from '../engine/agents/builds.js';
import { untilPublished } from '../engine/agents/publish-built-ins.js';
import { createSigner, type Signer } from '../engine/attestation/signer.js';
import { Admission } from '../engine/runs/admission.js';
import { BuildRouting } from '../engine/runs/build-routing.js';
import { Dispatcher } from '../engine/runs/dispatcher.js';
import { createCompleteResult } from '../engine/runs/kept-result.js';
import { PostgresModelCallStore } from '../engine/runs/model-call.store.js';
import { createCheckOutput } from '../engine/runs/output.js';
import { PostgresRunStore } from '../engine/runs/run.store.js';
import { PostgresVersionReader } from '../engine/runs/run-version.store.js';
import { WorkerPresence } from '../engine/runs/worker-presence.js';
import { TickFirer } from '../engine/schedules/tick-firer.js';
import { BadSettings, type Environment, readEnvironment } from '../platform/config/environment.js';
import { createLogger, type Logger } from '../platform/config/logger.js';
import { untilAvailable } from '../platform/config/until-available.js';
import { createDataSource } from '../platform/db/data-source.js';
import { databaseLimits } from '../platform/db/limits.js';
import { untilReachable } from '../platform/db/until-reachable.js';
import { schemaThread } from '../platform/json-schema/schema-thread.js';
import { currentProvider } from '../platform/settings/provider.js';
import { RuntimeSettings } from '../platform/settings/runtime-settings.js';
import { temporalTarget } from '../platform/temporal/connection.js';
import { FAILURE_CONVERTER, payloadCodec, warnUnlessSealed } from '../platform/temporal/data-converter.js';
import { Engine } from '../platform/temporal/engine.js';
import type { SealingCodec } from '../platform/temporal/payload-codec.js';
import { refusedData } from '../platform/temporal/refused-data.js';
import { untilRegistered } from '../platform/temporal/until-registered.js';
import { deploymentName } from '../platform/temporal/versions.js';
import { PostgresWorkStore } from '../workspace/work/work.store.js';
import { startCaretaker } from './caretaker.js';

/** This is longer than the grace that activities have. */
const LONGEST_STOP_MS = 15_000;
const BUNDLE = new URL('../../workflow-bundle.js', import.meta.url).pathname;

/** Runs workflows and activities until the process is stopped, then waits for the ones that have begun. */
async function main(): Promise<void> {
  const env = readEnvironment();
  if (!env.DATABASE_URL) throw new BadSettings('DATABASE_URL: is needed');
  const codec = payloadCodec(env);
  const signer = createSigner(env);
  const logger = createLogger(env, 'worker');
  warnUnlessSealed(codec, logger);
  Runtime.install({ logger: engineLogger(logger), shutdownSignals: [] });
  const identity = `${process.pid}@${hostname()}/${randomUUID().slice(0, 8)}`;
  const db = createDataSource(
    env.DATABASE_URL,
    env.DATABASE_POOL_SIZE,
    'nightshift-worker',
    databaseLimits(env),
  );
  await untilReachable(db, logger);
  const settings = await RuntimeSettings.open(env, db, logger);
  await untilPublished(db, logger);
  const target = await temporalTarget(env);
  const connection = await untilAvailable(() => NativeConnection.connect(target), {
    logger,
    words: 'Temporal cannot be reached yet; waiting',
    about: { address: target.address },
  });
  const engine = await Engine.connect(env, `nightshift-worker-${process.pid}`);
  const registering = untilRegistered(engine, (words) => logger.error(words));
  const dispatcher = new Dispatcher(db, engine, signer);
  const ticks = new TickFirer(db, new Admission(signer), dispatcher, () => settings.current());
  const worker = await createWorker({ env, connection, identity, db, settings, ticks, codec, signer });
  const presence = new WorkerPresence(db, identity, env.TEMPORAL_TASK_QUEUE, logger, buildId());
  const routing = env.TEMPORAL_WORKER_VERSIONING
    ? new BuildRouting(db, engine, env.TEMPORAL_TASK_QUEUE, logger)
    : null;
  const caretaker = startCaretaker({ engine, settings, db, signer, routing, logger });

  const stop = () => {
    if (worker.getState() !== 'RUNNING') return;
    worker.shutdown();
    endAnyway(logger);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
  process.on('disconnect', stop);
  const run = worker.run();
  const beat = presence.start(() => worker.getState() === 'RUNNING');
  try {
    logger.info({ identity, task_queue: env.TEMPORAL_TASK_QUEUE }, 'worker is polling');
    process.send?.('ready');
    if (routing) void untilRouted(routing, () => worker.getState() === 'RUNNING');
    await run;
  } finally {
    registering.stop();
    await caretaker.stop();
    await beat.stop();
    await dispatcher.settled();
    await engine.close();
    await connection.close();
    await settings.close();
    await db.destroy();
  }
}

interface WorkerParts {
  env: Environment;
  connection: NativeConnection;
  identity: string;
  db: DataSource;
  settings: RuntimeSettings;
  ticks: TickFirer;
  codec: SealingCodec;
  signer: Signer;
}

async function createWorker(parts: WorkerParts): Promise<Worker> {
  const { env, connection, identity, db, settings, ticks, codec, signer } = parts;
  const versions = new PostgresVersionReader(db);
  const calls = new PostgresModelCallStore(db);
  const provider = currentProvider(settings);
  return Worker.create({
    connection,
    namespace: env.TEMPORAL_NAMESPACE,
    taskQueue: env.TEMPORAL_TASK_QUEUE,
    identity,
    ...versioning(env),
    ...(existsSync(BUNDLE)
      ? { workflowBundle: { codePath: BUNDLE } }
      : { workflowsPath: new URL('../../workflows/index.js', import.meta.url).pathname }),
    activities: {
      ...createActivities({
        runs: new PostgresRunStore(db, signer),
        calls,
        worker: identity,
        versions,
        completeResult: createCompleteResult(db),
        checkOutput: createCheckOutput(versions),
        checkOwn: (own, value) => schemaThread.check(own, value),
        provider,
        ticks,
        work: new PostgresWorkStore(db, works),
      }),
      ...createTools(tools, { db, provider, calls }),
    },
    interceptors: { activity: [refusedData] },
    dataConverter: { payloadCodecs: [codec], failureConverterPath: FAILURE_CONVERTER },
    maxConcurrentActivityTaskExecutions: env.WORKER_MAX_CONCURRENT_ACTIVITIES,
    // A model call hears of its cancellation by its heartbeat.
    maxHeartbeatThrottleInterval: '2s',
    maxCachedWorkflows: 500,
    stickyQueueScheduleToStartTimeout: '3s',
    shutdownGraceTime: '10s',
  });
}

/** A workflow stays with the build that began it, while a worker of that build polls. */
function versioning(env: Environment): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  const build = buildId();
  if (build === null || !env.TEMPORAL_WORKER_VERSIONING) return {};
  const version = { deploymentName: deploymentName(env.TEMPORAL_TASK_QUEUE), buildId: build };
  return {
    workerDeploymentOptions: { useWorkerVersioning: true, version, defaultVersioningBehavior: 'PINNED' },
  };
}

/** Temporal hears of a build with the first poll of its first worker; until then nothing begins on it. */
async function untilRouted(routing: BuildRouting, polling: () => boolean): Promise<void> {
  while (polling() && !(await routing.pass().catch(() => true))) await pause(100);
}

/** A step that fails again and again would keep the worker for ever: whoever comes next goes on with it. */
function endAnyway(logger: Logger): void {
  setTimeout(() => {
    logger.warn('the worker ends with work under way; another worker continues it');
    process.exit(0);
  }, LONGEST_STOP_MS).unref();
}

/** Logs the SDK's messages from WARN on; the events of an ended run report it, and not this log. */
function engineLogger(logger: Logger): DefaultLogger {
  return new DefaultLogger('WARN', ({ level, message, meta }) => {
    const { error, ...rest } = meta ?? {};
    const expected = message === 'Workflow failed' || message === 'Activity failed';
    const write = expected ? logger.debug : level === 'WARN' ? logger.warn : logger.error;
    write.call(logger, { ...rest, err: error }, message);
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof BadSettings ? error.message : error);
    process.exit(1);
  },
);
