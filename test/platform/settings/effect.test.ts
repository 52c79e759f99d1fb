import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Caller, Json } from '../../support/caller.js';
import { endedLongAgo } from '../../support/ended-long-ago.js';
import { sharedParts } from '../../support/private-parts.js';
import { ScriptedModel } from '../../support/scripted-model.js';
import { LONG, TestStack } from '../../support/stack.js';
import { override, put, settingsBy } from './settings.js';

/** Two replicas of the API and one worker, none of which is started again. */
let stack: TestStack;
let first: ScriptedModel;
let second: ScriptedModel;
let api: Caller;
let replica: Caller;

beforeAll(async () => {
  [first, second] = await Promise.all([ScriptedModel.start(), ScriptedModel.start()]);
  stack = new TestStack({ ...sharedParts(), model: first.url });
  await stack.open();
  const [one, two] = await Promise.all([stack.startApi(), stack.startApi(), stack.startWorker()]);
  api = stack.caller(one.url);
  replica = stack.caller(two.url);
});
afterAll(async () => {
  await stack.close();
  await Promise.all([first.close(), second.close()]);
});
beforeEach(() => Promise.all([first.reset(), second.reset()]));

async function ask(): Promise<Json> {
  const { id } = await api.start({ agent: 'self_check', input: { model_calls: 1 } });
  return api.ended(id);
}

const requested = async (id: string): Promise<unknown> =>
  (await stack.query('SELECT requested_model FROM agent_run_model_calls WHERE run_id = $1', [id]))[0]
    ?.requested_model;

test("the feed's window: at once on the replica that was asked, and soon on the other", async () => {
  const window = async (caller: Caller) => (await caller.get('/api/agent-runs')).body.failures.window_seconds;
  expect(await Promise.all([window(api), window(replica)])).toEqual([86_400, 86_400]);
  await override(api, 'AI_QUEUE_STATUS_RETENTION_SECONDS', 3600);
  expect(await window(api)).toBe(3600);
  await vi.waitFor(async () => expect(await window(replica)).toBe(3600), LONG);
  expect((await settingsBy(replica)).AI_QUEUE_STATUS_RETENTION_SECONDS).toMatchObject({ value: 3600 });
  await override(replica, 'AI_QUEUE_STATUS_RETENTION_SECONDS', null);
  expect(await window(replica)).toBe(86_400);
  await vi.waitFor(async () => expect(await window(api)).toBe(86_400), LONG);
});

test('the name of a model: the worker asks for it from the next call on', async () => {
  expect(await requested((await ask()).id)).toBe('gpt-5-mini');
  await override(api, 'OPENAI_FAST_MODEL', 'acme-small');
  await vi.waitFor(async () => expect(await requested((await ask()).id)).toBe('acme-small'), LONG);
  await override(api, 'OPENAI_FAST_MODEL', null);
  await vi.waitFor(async () => expect(await requested((await ask()).id)).toBe('gpt-5-mini'), LONG);
});

test('the address and style of the model: the worker asks there from the next call on', async () => {
  await ask();
  expect((await second.calls()).total).toBe(0);
  const changed = await put(api, {
    OPENAI_BASE_URL: { value: second.url },
    OPENAI_API_STYLE: { value: 'chat' },
  });
  expect(changed.status, JSON.stringify(changed.body)).toBe(200);
  await vi.waitFor(async () => {
    expect(await ask()).toMatchObject({ status: 'completed' });
    expect((await second.calls()).by_endpoint.chat).toBeGreaterThan(0);
  }, LONG);
  expect((await second.calls()).by_endpoint.responses).toBe(0);
  const before = (await first.calls()).total;
  await ask();
  expect((await first.calls()).total).toBe(before);
});

test('the patience with the model: a call under way keeps it, the next one has the new one', async () => {
  await Promise.all([first, second].map((model) => model.misbehave([{ mode: 'slow', ms: 60_000 }], true)));
  await override(api, 'OPENAI_TIMEOUT_SECONDS', 1);
  const tried = async (id: string) =>
    stack.query(`SELECT error->>'code' AS code FROM agent_run_model_calls WHERE run_id = $1`, [id]);
  await vi.waitFor(async () => {
    const { id } = await api.start({ agent: 'self_check', input: { model_calls: 1 } });
    try {
      await vi.waitFor(async () => expect(await tried(id)).toEqual([{ code: 'model_timed_out' }]), {
        timeout: 5000,
        interval: 50,
      });
    } finally {
      await api.post(`/api/agent-runs/${id}/cancel`);
      await api.ended(id);
    }
  }, LONG);
});

test('how long ended runs are kept: a shorter time is put into effect, not waited for', async () => {
  const { id } = await api.start({ agent: 'self_check' });
  await api.ended(id);
  await endedLongAgo(stack, id, 10);
  expect((await api.get(`/api/agent-runs/${id}`)).status).toBe(200);
  await override(api, 'RUN_RETENTION_DAYS', 9);
  await vi.waitFor(async () => expect((await api.get(`/api/agent-runs/${id}`)).status).toBe(404), LONG);
});

test('a process that starts later begins with what was overridden', async () => {
  await override(api, 'AI_QUEUE_STATUS_RETENTION_SECONDS', 7200);
  const { url } = await stack.startApi();
  const { body } = await stack.caller(url).get('/api/agent-runs');
  expect(body.failures.window_seconds).toBe(7200);
});
