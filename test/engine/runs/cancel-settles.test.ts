import { expect, test, vi } from 'vitest';
import { requestCancel } from '../../../src/engine/runs/cancel-request.store.js';
import type { Principal } from '../../../src/platform/auth/principal.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { started } from '../../contract/started-runs.js';
import { ok } from '../../support/answers.js';
import { useScriptedStack } from '../../support/scripted-stack.js';
import { LONG } from '../../support/stack.js';
import { runRow } from '../reports/rows.js';

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
  await scripted.stack.query('DROP TRIGGER slowly ON agent_run_effects; DROP FUNCTION slowly');
}, 60_000);

test('a step that fails again and again does not hold up a cancellation', async () => {
  await scripted.stack.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON agent_run_effects FOR EACH ROW EXECUTE FUNCTION refuse()`);
  try {
    const { id } = await scripted.api.start({ agent: 'self_check', input: { steps: 1 } });
    await scripted.api.until(id, ({ status }) => status === 'running');
    ok(await scripted.api.post(`/api/agent-runs/${id}/cancel`));
    const { status, error } = await scripted.api.ended(id);
    expect({ status, step: error.step }).toEqual({ status: 'cancelled', step: 'step-1' });
  } finally {
    await scripted.stack.query('DROP TRIGGER refuse ON agent_run_effects; DROP FUNCTION refuse');
  }
}, 60_000);

test('whoever asks first for a cancellation is named with it', async () => {
  const { organisation_id, user_id } = scripted.stack.tenant;
  const person = { organisation_id, user_id } as Principal;
  const db = await createDataSource(scripted.stack.database, 1).initialize();
  try {
    for (const [first, second, named] of [
      [null, person, null],
      [person, null, user_id],
    ] as const) {
      const id = await runRow(scripted.stack, { status: 'queued' });
      for (const by of [first, second]) expect(await requestCancel(db, [id], by)).toEqual([id]);
      const [run] = await scripted.stack.query('SELECT cancel_requested_by FROM agent_runs WHERE id = $1', [
        id,
      ]);
      expect(run).toEqual({ cancel_requested_by: named });
      await scripted.stack.query(
        `UPDATE agent_runs SET status = 'cancelled', finished_at = now() WHERE id = $1`,
        [id],
      );
    }
  } finally {
    await db.destroy();
  }
});
