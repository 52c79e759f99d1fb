import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { expect, inject, test } from 'vitest';
import { payloadCodec } from '../../support/payload-keys.js';
import { withTemporal } from '../../support/temporal-client.js';

Runtime.install({ logger: new DefaultLogger('ERROR') });

test('a call that ignores its cancellation does not hold the end of its run for ever', async () => {
  const taskQueue = randomUUID();
  const connection = await NativeConnection.connect({ address: inject('temporal') });
  let release = () => {};
  let begun = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const under_way = new Promise<void>((resolve) => {
    begun = resolve;
  });
  let ended = false;
  const workflowBundle = await bundleWorkflowCode({
    logger: new DefaultLogger('ERROR'),
    workflowsPath: join(import.meta.dirname, '../../support/stubborn-workflow.ts'),
    webpackConfigHook: (config) => ({
      ...config,
      resolve: { ...config.resolve, extensionAlias: { '.js': ['.ts', '.js'] } },
    }),
  });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle,
    dataConverter: { payloadCodecs: [payloadCodec] },
    activities: {
      async respond() {
        const context = Context.current();
        const beat = setInterval(() => context.heartbeat(), 1000);
        begun();
        await released;
        clearInterval(beat);
        ended = true;
      },
    },
  });
  const running = worker.run();
  try {
    await withTemporal(inject('temporal'), async ({ workflow }) => {
      const handle = await workflow.start('stubborn', { workflowId: randomUUID(), taskQueue, args: [{}] });
      await under_way;
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow(/cancel/i);
      expect((await handle.describe()).status.name).toBe('CANCELLED');
      expect(ended).toBe(false);
    });
  } finally {
    release();
    worker.shutdown();
    await running;
    await connection.close();
  }
}, 90_000);
