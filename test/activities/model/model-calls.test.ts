import { describe, expect, test } from 'vitest';
import type { Json } from '../../support/caller.js';
import { sharedParts } from '../../support/private-parts.js';
import { useScriptedStack } from '../../support/scripted-stack.js';
import { TestStack } from '../../support/stack.js';

const scripted = useScriptedStack();

async function ask(): Promise<Json> {
  const { id } = await scripted.api.start({ agent: 'self_check', input: { model_calls: 1 } });
  return scripted.api.ended(id, 90_000);
}

describe('a model that misbehaves for a while', () => {
  test.each([
    ['429', { mode: '429', retry_after: 0.2 }],
    ['500', { mode: '500' }],
    ['503', { mode: '503' }],
    ['cut', { mode: 'cut' }],
    ['malformed', { mode: 'malformed' }],
  ])('%s: the call is made again, and the run completes', async (_, step) => {
    await scripted.model.misbehave([step, step]);
    expect(await ask()).toMatchObject({ status: 'completed', attempt: 1, usage: { model_calls: 1 } });
    expect((await scripted.model.calls()).total).toBe(3);
  });

  test("the provider's Retry-After is what decides when", async () => {
    await scripted.model.misbehave([{ mode: '429', retry_after: 2.5 }]);
    expect(await ask()).toMatchObject({ status: 'completed' });
    const [first, second] = (await scripted.model.calls()).last.map(({ at }: Json) => Date.parse(at)).sort();
    expect(second - first).toBeGreaterThanOrEqual(2400);
  });
});

describe('a model that refuses for good', () => {
  test.each([
    ['401', 'model_unauthorized'],
    ['quota', 'model_quota_spent'],
    ['400', 'model_bad_request'],
    ['refusal', 'model_refused'],
  ])('%s: asked once, and the run fails with %s', async (mode, code) => {
    await scripted.model.misbehave([{ mode }], true);
    const run = await ask();
    expect(run).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code, retryable: false, step: 'model-call-1' },
    });
    expect((await scripted.model.calls()).total).toBe(1);
  });
});

test('an answer that was given is never asked for again, whatever is retried around it', async () => {
  const { id } = await scripted.api.start({ agent: 'self_check', input: { steps: 1, model_calls: 3 } });
  await scripted.api.ended(id);
  await scripted.model.misbehave([]);
  expect((await scripted.model.calls()).total).toBe(3);
  const rows = await scripted.stack.query(
    'SELECT key, status, tries, model FROM agent_run_model_calls WHERE run_id = $1',
    [id],
  );
  expect(rows).toHaveLength(3);
  for (const row of rows) expect(row).toMatchObject({ status: 'answered', tries: 1, model: 'offline model' });
});

test('a run that is cancelled in a slow call ends at once and drops the call', async () => {
  await scripted.model.misbehave([{ mode: 'slow', ms: 60_000 }], true);
  const { id } = await scripted.api.start({ agent: 'self_check', input: { model_calls: 1 } });
  await scripted.api.until(id, ({ status }) => status === 'running');
  await scripted.api.post(`/api/agent-runs/${id}/cancel`);
  expect(await scripted.api.ended(id, 20_000)).toMatchObject({ status: 'cancelled' });
});

test('tokens of tries that failed are counted, too', async () => {
  await scripted.model.misbehave([{ mode: 'refusal' }]);
  const run = await ask();
  expect(run).toMatchObject({ status: 'failed', usage: { model_calls: 1 } });
});

describe('the chat style', () => {
  test('reaches servers that speak chat completions only', async () => {
    const chat = new TestStack({ ...sharedParts(), model: scripted.model.url }, { OPENAI_API_STYLE: 'chat' });
    await chat.open();
    try {
      const [{ url }] = await Promise.all([chat.startApi(), chat.startWorker()]);
      const caller = chat.caller(url);
      const { id } = await caller.start({ agent: 'self_check', input: { model_calls: 1 } });
      expect(await caller.ended(id)).toMatchObject({
        status: 'completed',
        usage: { models: ['offline model'] },
      });
      expect((await scripted.model.calls()).by_endpoint).toMatchObject({ chat: 1, responses: 0 });
    } finally {
      await chat.close();
    }
  });
});
