import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { readEnvironment } from '../../../src/platform/config/environment.js';
import { temporalTarget } from '../../../src/platform/temporal/connection.js';

export const floorBundle = (home: string) => join(home, 'floor-bundle.js');

/** A worker as the SDK makes it by itself, with nothing of the product in it. */
async function main(): Promise<void> {
  const env = readEnvironment();
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
  const connection = await NativeConnection.connect(await temporalTarget(env));
  const worker = await Worker.create({
    connection,
    namespace: env.TEMPORAL_NAMESPACE,
    taskQueue: env.TEMPORAL_TASK_QUEUE,
    workflowBundle: { codePath: floorBundle(env.NIGHTSHIFT_HOME) },
    activities: { nothing: async () => undefined, waiting: (ms: number) => pause(ms) },
  });
  const stop = () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);
  const run = worker.run();
  process.send?.('ready');
  await run;
  await connection.close();
  process.exit(0);
}

if (import.meta.filename === process.argv[1]) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
