import { beforeAll, describe, expect, test } from 'vitest';
import type { Caller, Json } from '../../support/caller.js';
import { expectVerified } from '../../support/effects.js';
import { useStack } from '../../support/stack.js';
import {
  bind,
  expectContiguous,
  ledger,
  newTenant,
  publish,
  scheduleOf,
  untilTicks,
} from './followed-schedules.js';

const used = useStack({ OPERATING_BACKGROUND_ENABLED: 'true', SCHEDULE_SPREAD_SECONDS: '0' });
const EVERY = { kind: 'interval', every_seconds: 10 };
const isAfter =
  (since: number, outcome: string) =>
  ({ outcome: found, tick_at }: Json) =>
    found === outcome && Date.parse(tick_at) > since;

/** An organisation of its own, whose only project has a schedule, so that the tests can wait for ticks side by side. */
async function following(name: string): Promise<{ api: Caller; schedule: Json }> {
  const api = await newTenant(used, name);
  await bind(api, 'organisation', { schedule: EVERY });
  return { api, schedule: await scheduleOf(api, 'self_check') };
}

describe.concurrent('every ten seconds', () => {
  let first: { api: Caller; schedule: Json };
  beforeAll(async () => {
    first = await following('Globex');
  });

  test('a binding with a schedule makes a schedule, which names its source', async () => {
    const { api, schedule } = first;
    const { bindings } = (await api.get('/api/agents/self_check/bindings')).body;
    expect(schedule).toMatchObject({
      agent: 'self_check',
      user_id: null,
      schedule: EVERY,
      origin: { binding_id: bindings[0].id },
      enabled: true,
      paused: null,
      failing_since: null,
      refused: null,
    });
    expect(Date.parse(schedule.next.tick_at) % 10_000).toBe(0);
    expect(schedule.next.starts_at).toBe(schedule.next.tick_at);
  });

  test('ticks fire: each has a run that names the tick, completes and is proven', async () => {
    const { api, schedule } = first;
    const [tick] = await untilTicks(api, schedule.id, (ticks) => ticks.filter(isAfter(0, 'fired')));
    const run = await api.ended(tick.run.id);
    expect(run).toMatchObject({
      status: 'completed',
      trigger: 'schedule',
      schedule_id: schedule.id,
      tick_at: tick.tick_at,
    });
    const [queued] = await api.events(run.id);
    expect(queued.data).toMatchObject({ trigger: 'schedule', tick_at: tick.tick_at });
    await expectVerified(api, run.id, 'temporal');
  });

  test.each([
    ['organisation', 'Initech'],
    ['project', 'Hooli'],
  ])('disabled for the %s: a tick is gated, as a request is refused', async (scope, name) => {
    const { api, schedule } = await following(name);
    const binding = await bind(api, scope, { enabled: false });
    const direct = await api.post('/api/agent-runs', {
      agent: 'self_check',
      project_id: schedule.project_id,
    });
    expect(direct).toMatchObject({ status: 409, body: { code: 'agent_disabled' } });
    expect(direct.body.detail).toContain(binding.id);
    await expectGated(api, schedule, binding, scope);
    await expectContiguous(api, schedule.id);
  });

  test('disabled for a user: a tick that is for that member is gated', async () => {
    const api = await newTenant(used, 'Umbrella');
    await publish(api, 'reviewer', { audience: 'project_member', schedule: EVERY });
    const binding = await bind(api, 'user', { enabled: false }, 'reviewer');
    const schedule = await scheduleOf(api, 'reviewer');
    expect(schedule.user_id).toBe(binding.user_id);
    await expectGated(api, schedule, binding, 'user');
  });

  test('paused, by whom and since when; resumed, it fires again', async () => {
    const { api, schedule } = await following('Soylent');
    const { body: paused } = await api.post(`/api/schedules/${schedule.id}/pause`);
    const { body: me } = await api.get('/api/me');
    expect(paused.paused).toMatchObject({ by: me.user.id });
    const [tick] = await untilTicks(api, schedule.id, (ticks) =>
      ticks.filter(isAfter(Date.parse(paused.paused.at), 'skipped')),
    );
    expect(tick.reason).toMatchObject({ code: 'paused', message: expect.stringContaining(me.user.email) });
    await api.post(`/api/schedules/${schedule.id}/resume`);
    await untilTicks(api, schedule.id, (ticks) => ticks.filter(isAfter(Date.parse(tick.tick_at), 'fired')));
    await expectContiguous(api, schedule.id);
  });
});

async function expectGated(api: Caller, schedule: Json, binding: Json, scope: string): Promise<void> {
  const [tick] = await untilTicks(api, schedule.id, (ticks) =>
    ticks.filter(isAfter(Date.parse(binding.changed_at), 'gated')),
  );
  expect(tick).toMatchObject({
    run: null,
    reason: { code: 'agent_disabled', binding_id: binding.id, scope },
  });
  const { body: preview } = await api.get(`/api/schedules/${schedule.id}/preview`);
  expect(preview).toMatchObject({ would: 'gated', reason: { code: 'agent_disabled', scope } });
}

test('nobody sees the schedules of another organisation', async () => {
  const stranger = await newTenant(used, 'Stranger');
  const [own] = (await stranger.get('/api/schedules?agent=self_check')).body.schedules;
  expect(own).toBeUndefined();
  const rows = await used.stack.query<{ id: string }>(
    `SELECT id FROM schedules WHERE agent = 'self_check' LIMIT 1`,
  );
  const id = rows[0]!.id;
  for (const path of [`/api/schedules/${id}`, `/api/schedules/${id}/ticks`, `/api/schedules/${id}/preview`])
    expect((await stranger.get(path)).status).toBe(404);
  for (const act of ['trigger', 'pause', 'resume'])
    expect((await stranger.post(`/api/schedules/${id}/${act}`)).status).toBe(404);
  expect(await ledger(stranger, id).catch(() => 'refused')).toBe('refused');
});
