import { expect, test, vi } from 'vitest';
import { useScriptedStack } from '../support/scripted-stack.js';
import { LONG } from '../support/stack.js';

const scripted = useScriptedStack({}, { worker: false });

test('a worker killed in a model call: the answer before it is kept, only the lost call is made again', async () => {
  await scripted.model.misbehave([{ mode: 'ok' }, { mode: 'slow', ms: 120_000 }]);
  const worker = await scripted.stack.startWorker();
  const { id } = await scripted.api.start({ agent: 'self_check', input: { steps: 2, model_calls: 2 } });
  await vi.waitFor(async () => expect((await scripted.model.calls()).total).toBe(2), LONG);
  await worker.end('SIGKILL');
  await scripted.stack.startWorker();

  const run = await scripted.api.ended(id, 90_000);
  expect(run).toMatchObject({ status: 'completed', attempt: 1, result: { effects: 2, model_calls: 2 } });
  expect((await scripted.model.calls()).total).toBe(3);
  const rows = await scripted.stack.query<{ key: string; tries: number }>(
    'SELECT key, tries FROM agent_run_model_calls WHERE run_id = $1 ORDER BY key',
    [id],
  );
  expect(rows).toEqual([
    { key: 'model-call-1', tries: 1 },
    { key: 'model-call-2', tries: 1 },
  ]);
}, 120_000);
