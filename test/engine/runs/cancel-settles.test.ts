import { expect, test, vi } from 'vitest';
import { started } from '../../contract/started-runs.js';
import { ok } from '../../support/answers.js';
import { useScriptedStack } from '../../support/scripted-stack.js';
import { LONG } from '../../support/stack.js';

const scripted = useScriptedStack();

const spent = (id: string) =>
  scripted.stack.query(
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
    await scripted.model.reset();
    await scripted.model.misbehave([{ mode: 'slow', ms: 1500 }]);
    const { id } = await scripted.api.start({
      agent: 'self_check',
      input: { steps: 1, model_calls: 1 },
      ...limit,
    });
    await vi.waitFor(async () => expect((await scripted.model.calls()).total).toBe(1), LONG);
    if (ends === 'cancelled') await scripted.api.post(`/api/agent-runs/${id}/cancel`);
    const { status, usage } = await scripted.api.ended(id);
    expect(status).toBe(ends);
    expect(usage.model_calls).toBe(1);
    const { models, ...counted } = usage;
    expect(await spent(id)).toEqual([counted]);
  },
  60_000,
);

// Longer than a workflow task waits for a local activity, so that the workflow hears of its cancellation meanwhile.
test('a run that is cancelled while it delivers says what it left', async () => {
  await scripted.model.reset();
  await scripted.stack.query(`
    CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(12); RETURN NEW; END $$;
    CREATE TRIGGER slowly BEFORE INSERT ON agent_run_effects FOR EACH ROW EXECUTE FUNCTION slowly()`);
  const project = `/api/projects/${scripted.stack.tenant.project_id}`;
  const run = started(
    ok(await scripted.api.post(`${project}/checkins`, { body: 'Stuck on the release.' }), 201),
  );
  await vi.waitFor(async () => {
    const sleeping = await scripted.stack.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
    );
    expect(sleeping).toHaveLength(1);
  }, LONG);
  await scripted.api.post(`/api/agent-runs/${run.id}/cancel`);
  const { status } = await scripted.api.ended(run.id);
  const effects = await scripted.stack.query('SELECT 1 FROM agent_run_effects WHERE run_id = $1', [run.id]);
  expect([status, effects.length]).toEqual(['completed', 1]);
}, 60_000);
