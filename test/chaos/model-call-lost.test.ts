import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Caller } from '../support/caller.js';
import { sharedParts } from '../support/private-parts.js';
import { ScriptedModel } from '../support/scripted-model.js';
import { LONG, TestStack } from '../support/stack.js';

let model: ScriptedModel;
let stack: TestStack;
let api: Caller;

beforeAll(async () => {
  model = await ScriptedModel.start();
  stack = new TestStack({ ...sharedParts(), model: model.url });
  await stack.open();
  api = stack.caller((await stack.startApi()).url);
});
afterAll(async () => {
  await stack.close();
  await model.close();
});

test('a worker killed in a model call: the answer before it is kept, only the lost call is made again', async () => {
  await model.misbehave([{ mode: 'ok' }, { mode: 'slow', ms: 120_000 }]);
  const worker = await stack.startWorker();
  const { id } = await api.start({ agent: 'self_check', input: { steps: 2, model_calls: 2 } });
  await vi.waitFor(async () => expect((await model.calls()).total).toBe(2), LONG);
  await worker.end('SIGKILL');
  await stack.startWorker();

  const run = await api.ended(id, 90_000);
  expect(run).toMatchObject({ status: 'completed', attempt: 1, result: { effects: 2, model_calls: 2 } });
  expect((await model.calls()).total).toBe(3);
  const rows = await stack.query<{ key: string; tries: number }>(
    'SELECT key, tries FROM agent_run_model_calls WHERE run_id = $1 ORDER BY key',
    [id],
  );
  expect(rows).toEqual([
    { key: 'model-call-1', tries: 1 },
    { key: 'model-call-2', tries: 1 },
  ]);
}, 120_000);
