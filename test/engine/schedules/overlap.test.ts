import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Caller, Json } from '../../support/caller.js';
import { sharedParts } from '../../support/private-parts.js';
import { ScriptedModel } from '../../support/scripted-model.js';
import { LONG, TestStack } from '../../support/stack.js';
import { ledger, newTenant, publish, scheduleOf, untilTicks } from './followed-schedules.js';

let model: ScriptedModel;
let stack: TestStack;
let url: string;

beforeAll(async () => {
  model = await ScriptedModel.start();
  await model.misbehave([{ mode: 'slow', ms: 300_000 }], true);
  stack = new TestStack(
    { ...sharedParts(), model: model.url },
    { OPERATING_BACKGROUND_ENABLED: 'true', SCHEDULE_SPREAD_SECONDS: '0' },
  );
  await stack.open();
  [{ url }] = await Promise.all([stack.startApi(), stack.startWorker()]);
});
afterAll(async () => {
  await model.close();
  await stack.close();
});

/** An agent whose runs do not end, under way since its first tick. */
async function running(name: string, overlap: string): Promise<{ api: Caller; schedule: Json; first: Json }> {
  const api = await newTenant({ stack, url }, name);
  await publish(api, 'endless', { overlap, schedule: { kind: 'interval', every_seconds: 10 } });
  const schedule = await scheduleOf(api, 'endless');
  const [first] = await untilTicks(api, schedule.id, (ticks) => ticks.filter(({ run }) => run).reverse());
  await api.until(first.run.id, ({ status }) => status === 'running');
  return { api, schedule, first };
}

const later = (first: Json, ticks: Json[]) =>
  ticks.filter(({ tick_at, outcome }) => tick_at > first.tick_at && outcome !== 'pending').reverse();
const trigger = (api: Caller, schedule: Json) => api.post(`/api/schedules/${schedule.id}/trigger`);

describe.concurrent('while the run of an earlier tick is under way', () => {
  test("skip_if_running: the tick is skipped, naming the run; so is a person's start", async () => {
    const { api, schedule, first } = await running('Acme', 'skip_if_running');
    expect(await trigger(api, schedule)).toMatchObject({
      status: 409,
      body: { code: 'run_overlaps', detail: expect.stringContaining(first.run.id) },
    });
    const { body: preview } = await api.get(`/api/schedules/${schedule.id}/preview`);
    expect(preview).toMatchObject({
      would: 'skipped',
      reason: { code: 'still_running', run_id: first.run.id },
    });
    const [tick] = await untilTicks(api, schedule.id, (ticks) => later(first, ticks));
    expect(tick).toMatchObject({
      outcome: 'skipped',
      run: null,
      reason: { code: 'still_running', run_id: first.run.id },
    });
  });

  test('skip_if_running: of several who start it at the same moment one does', async () => {
    const api = await newTenant({ stack, url }, 'Umbrella');
    await publish(api, 'endless', {
      overlap: 'skip_if_running',
      schedule: { kind: 'interval', every_seconds: 86_400 },
    });
    const schedule = await scheduleOf(api, 'endless');
    const answers = await Promise.all(Array.from({ length: 12 }, () => trigger(api, schedule)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const { status, body } of answers) if (status !== 201) expect(body.code).toBe('run_overlaps');
  });

  test("cancel_previous: the tick's run takes the place of the earlier one; so does a person's start", async () => {
    const { api, schedule, first } = await running('Globex', 'cancel_previous');
    const [tick] = await untilTicks(api, schedule.id, (ticks) => later(first, ticks));
    expect(tick).toMatchObject({ outcome: 'fired', run: { id: expect.not.stringContaining(first.run.id) } });
    expect(await api.ended(first.run.id)).toMatchObject({ status: 'cancelled' });
    const { status, body } = await trigger(api, schedule);
    expect(status).toBe(201);
    expect(body.agent_runs).toMatchObject([{ trigger: 'schedule', schedule_id: schedule.id, tick_at: null }]);
    expect(await api.ended(tick.run.id)).toMatchObject({ status: 'cancelled' });
  });

  test("allow_parallel: the tick's run goes on beside the earlier one; so does a person's start", async () => {
    const { api, schedule, first } = await running('Initech', 'allow_parallel');
    const [tick] = await untilTicks(api, schedule.id, (ticks) => later(first, ticks));
    const { status, body } = await trigger(api, schedule);
    expect(status).toBe(201);
    for (const id of [first.run.id, tick.run.id, body.agent_runs[0].id])
      await api.until(id, (run) => run.status === 'running');
  });
});

test("a person's start is no tick: the ledger does not show it", async () => {
  const rows = await stack.query<{ schedule_id: string; organisation_id: string }>(
    `SELECT schedule_id, organisation_id FROM agent_runs WHERE schedule_id IS NOT NULL AND tick_at IS NULL`,
  );
  expect(rows).toHaveLength(3);
  const api = stack.caller(url, (await stack.seed('Globex', 'owner@globex.test')).api_key);
  const [{ id }] = (await api.get('/api/schedules?agent=endless')).body.schedules;
  await vi.waitFor(async () => {
    const shown = (await api.get(`/api/schedules/${id}`)).body;
    expect(shown.last_run.id).toEqual(expect.any(String));
  }, LONG);
  const ticks = await ledger(api, id);
  expect(new Set(ticks.map(({ tick_at }) => tick_at)).size).toBe(ticks.length);
});
