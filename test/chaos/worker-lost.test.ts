import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Caller } from '../support/caller.js';
import { expectRightEnd, expectVerified } from '../support/effects.js';
import { sharedParts } from '../support/private-parts.js';
import { LONG, TestStack } from '../support/stack.js';

const stack = new TestStack(sharedParts());
let api: Caller;

beforeAll(async () => {
  await stack.open();
  api = stack.caller((await stack.startApi()).url);
});
afterAll(() => stack.close());

test('a worker killed in mid-run loses nothing and repeats nothing', async () => {
  const worker = await stack.startWorker();
  const input = { steps: 30, delay_ms: 100 };
  const runs = await Promise.all(Array.from({ length: 20 }, () => api.start({ agent: 'self_check', input })));
  await api.until(runs[0].id, ({ progress }) => progress?.done >= 5);
  await worker.end('SIGKILL');
  await stack.startWorker();

  const types: string[] = [];
  for (const { id } of runs) {
    await expectRightEnd(stack, api, id, 'completed');
    await expectVerified(api, id, 'temporal');
    types.push(...(await api.events(id)).map(({ type }) => type));
  }
  expect(types).toContain('background_run_recovered');
}, 180_000);

test('a worker that is told to stop lets its steps end, and another goes on', async () => {
  const [first] = stack.programs.slice(-1);
  const run = await api.start({ agent: 'self_check', input: { steps: 40, delay_ms: 100 } });
  await api.until(run.id, ({ progress }) => progress?.done >= 5);
  await first?.end('SIGTERM');
  expect(first?.child.exitCode).toBe(0);
  await stack.startWorker();
  await expectRightEnd(stack, api, run.id, 'completed');
}, 120_000);

test('a worker that is told to stop ends, though a step fails again and again; another goes on with it', async () => {
  const worker = stack.programs.at(-1);
  await stack.query('ALTER TABLE agent_run_files RENAME TO agent_run_files_away');
  const run = await api.start({ agent: 'self_check', input: { model_calls: 1 } });
  const answered = `SELECT 1 FROM agent_run_model_calls WHERE run_id = $1 AND status = 'answered'`;
  await vi.waitFor(async () => expect(await stack.query(answered, [run.id])).toHaveLength(1), LONG);
  await worker?.end('SIGTERM');
  expect(worker?.child.exitCode).toBe(0);
  await stack.query('ALTER TABLE agent_run_files_away RENAME TO agent_run_files');
  await stack.startWorker();
  await expectRightEnd(stack, api, run.id, 'completed');
}, 120_000);
