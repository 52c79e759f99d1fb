import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createOfflineModel, type OfflineModel } from '../../src/offline-model/server.js';
import type { Caller, Json } from '../support/caller.js';
import { sharedParts } from '../support/private-parts.js';
import { LONG, TestStack } from '../support/stack.js';

let model: OfflineModel;
let stack: TestStack;
let api: Caller;

beforeAll(async () => {
  model = await createOfflineModel();
  stack = new TestStack({ ...sharedParts(), model: model.url });
  await stack.open();
  api = stack.caller((await stack.startApi()).url);
});
afterAll(async () => {
  await stack.close();
  await model.close();
});

async function calls(): Promise<Json> {
  return (await fetch(`http://127.0.0.1:${model.port}/_offline/calls`)).json();
}

test('a worker killed in a model call: the answer before it is kept, only the lost call is made again', async () => {
  await fetch(`http://127.0.0.1:${model.port}/_offline/script`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ steps: [{ mode: 'ok' }, { mode: 'slow', ms: 120_000 }] }),
  });
  const worker = await stack.startWorker();
  const { id } = await api.start({ agent: 'self_check', input: { steps: 2, model_calls: 2 } });
  await vi.waitFor(async () => expect((await calls()).total).toBe(2), LONG);
  await worker.end('SIGKILL');
  await stack.startWorker();

  const run = await api.ended(id, 90_000);
  expect(run).toMatchObject({ status: 'completed', attempt: 1, result: { effects: 2, model_calls: 2 } });
  expect((await calls()).total).toBe(3);
  const rows = await stack.query<{ key: string; tries: number }>(
    'SELECT key, tries FROM agent_run_model_calls WHERE run_id = $1 ORDER BY key',
    [id],
  );
  expect(rows).toEqual([
    { key: 'model-call-1', tries: 1 },
    { key: 'model-call-2', tries: 1 },
  ]);
}, 120_000);
