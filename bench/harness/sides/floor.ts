import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { childEnvironment } from '../../../stack/child-environment.js';
import { nodeChild } from '../../../stack/node-child.js';
import { superviseProcess } from '../../../stack/supervisor.js';
import type { BenchStack } from '../stack.js';
import { floorBundle } from './floor-worker.js';
import type * as workflows from './floor-workflow.js';
import type { Side } from './side.js';

const taskQueue = 'floor';
const name = 'floor-worker';

/** A bare workflow with one activity, which takes a while or no time, on the same server. */
export async function openFloor(bench: BenchStack, waits_ms?: number): Promise<Side> {
  if (!bench.runs(name)) await startFloorWorker(bench);
  const { environment } = bench;
  const { address } = bench.temporal;
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace: environment.TEMPORAL_NAMESPACE });
  return {
    execute: async () => {
      const options = { workflowId: randomUUID(), taskQueue };
      if (waits_ms === undefined) await client.workflow.execute<typeof workflows.floor>('floor', options);
      else
        await client.workflow.execute<typeof workflows.waitingFloor>('waitingFloor', {
          ...options,
          args: [waits_ms],
        });
    },
    close: () => connection.close(),
  };
}

/** The worker process of the floor, with nothing of the product in it. */
async function startFloorWorker(bench: BenchStack): Promise<void> {
  await bench.step('floor bundle', () => bundle(bench.home));
  await bench.step(name, () => startWorker(bench));
}

async function bundle(home: string): Promise<void> {
  const workflowsPath = join(import.meta.dirname, 'floor-workflow.js');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  writeFileSync(floorBundle(home), code);
}

async function startWorker({ home, source, log, signal, stack, temporal }: BenchStack): Promise<void> {
  const settings = {
    NIGHTSHIFT_HOME: home,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_TASK_QUEUE: taskQueue,
  };
  const entry = join(import.meta.dirname, 'floor-worker.js');
  const plan = nodeChild(name, entry, childEnvironment(settings, source), ({ saidReady }) => saidReady);
  stack.hold(name, await superviseProcess(plan, { home, log, signal }));
}
