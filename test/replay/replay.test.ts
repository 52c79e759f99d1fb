import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import { historyCodec } from '../../src/platform/temporal/engine.js';
import { otherShapes, shapes } from './shapes.js';

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
});

const folder = join(import.meta.dirname, 'histories');
const read = (name: string) => historyCodec.decode(readFileSync(join(folder, `${name}.bin`)));
const shipped = { codePath: join(import.meta.dirname, '../../dist/workflow-bundle.js') };

const names = [...Object.keys(shapes), ...otherShapes];

describe('recorded histories', () => {
  test('there is one for every shape', () => {
    const recorded = readdirSync(folder).map((file) => file.replace('.bin', ''));
    expect(recorded.sort()).toEqual(names.sort());
  });

  test.each(names)('%s replays with the workflow as it is now', async (name) => {
    await Worker.runReplayHistory({ workflowBundle: shipped }, read(name), name);
  });

  test('an incompatible change of the workflow is found', async () => {
    const workflowBundle = await bundleWorkflowCode({
      logger: new DefaultLogger('ERROR'),
      workflowsPath: join(import.meta.dirname, 'incompatible/index.ts'),
      webpackConfigHook: (config) => ({
        ...config,
        resolve: { ...config.resolve, extensionAlias: { '.js': ['.ts', '.js'] } },
      }),
    });
    for (const name of names) {
      await expect(Worker.runReplayHistory({ workflowBundle }, read(name), name), name).rejects.toThrow(
        /[Nn]ondeterminism/,
      );
    }
  });
});
