import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { started } from '../contract/asking.js';
import { ok } from '../support/answers.js';
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
  const [{ url }] = await Promise.all([stack.startApi(), stack.startWorker()]);
  api = stack.caller(url);
});
afterAll(async () => {
  await stack.close();
  await model.close();
});

const spent = (id: string) =>
  stack.query(
    `SELECT count(*)::int AS model_calls, coalesce(sum(input_tokens), 0)::int AS input_tokens,
            coalesce(sum(output_tokens), 0)::int AS output_tokens, sum(cost_usd)::float AS cost_usd
       FROM agent_run_model_calls WHERE run_id = $1`,
    [id],
  );

test.each([
  ['cancelled', {}],
  ['timed_out', { timeout_seconds: 1 }],
])(
  'a run that is %s while its model is asked ends with the usage of that call',
  async (ends, limit) => {
    await model.reset();
    await model.misbehave([{ mode: 'slow', ms: 1500 }]);
    const { id } = await api.start({ agent: 'self_check', input: { steps: 1, model_calls: 1 }, ...limit });
    await vi.waitFor(async () => expect((await model.calls()).total).toBe(1), LONG);
    if (ends === 'cancelled') await api.post(`/api/agent-runs/${id}/cancel`);
    const { status, usage } = await api.ended(id);
    expect(status).toBe(ends);
    expect(usage.model_calls).toBe(1);
    const { models, ...counted } = usage;
    expect(await spent(id)).toEqual([counted]);
  },
  60_000,
);

// Longer than a workflow task waits for a local activity, so that the workflow hears of its cancellation meanwhile.
test('a run that is cancelled while it delivers says what it left', async () => {
  await model.reset();
  await stack.query(`
    CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(12); RETURN NEW; END $$;
    CREATE TRIGGER slowly BEFORE INSERT ON agent_run_effects FOR EACH ROW EXECUTE FUNCTION slowly()`);
  const project = `/api/projects/${stack.tenant.project_id}`;
  const run = started(ok(await api.post(`${project}/checkins`, { body: 'Stuck on the release.' }), 201));
  await vi.waitFor(async () => {
    const sleeping = await stack.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
    );
    expect(sleeping).toHaveLength(1);
  }, LONG);
  await api.post(`/api/agent-runs/${run.id}/cancel`);
  const { status } = await api.ended(run.id);
  const effects = await stack.query('SELECT 1 FROM agent_run_effects WHERE run_id = $1', [run.id]);
  expect([status, effects.length]).toEqual(['completed', 1]);
}, 60_000);
