import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Json } from '../support/caller.js';
import { expectVerified } from '../support/effects.js';
import { LONG, useStack } from '../support/stack.js';
import { bind, ledger, scheduleOf, untilTicks } from './following.js';

const used = useStack({ OPERATING_BACKGROUND_ENABLED: 'true', SCHEDULE_SPREAD_SECONDS: '0' });
let schedule: Json;

beforeAll(async () => {
  await bind(used.api, 'organisation', { schedule: { kind: 'interval', every_seconds: 10 } });
  schedule = await scheduleOf(used.api, 'self_check');
});

test('a binding with a schedule makes one, and says where it comes from', async () => {
  const { bindings } = (await used.api.get('/api/agents/self_check/bindings')).body;
  expect(schedule).toMatchObject({
    agent: 'self_check',
    project_id: used.stack.tenant.project_id,
    user_id: null,
    schedule: { kind: 'interval', every_seconds: 10 },
    origin: { binding_id: bindings[0].id },
    enabled: true,
    paused: null,
    failing_since: null,
    refused: null,
  });
  expect(Date.parse(schedule.next.tick_at) % 10_000).toBe(0);
  expect(schedule.next.starts_at).toBe(schedule.next.tick_at);
});

test('its ticks fire: each has a run, which carries it, completes, and is proven', async () => {
  const [tick] = await untilTicks(used.api, schedule.id, (ticks) =>
    ticks.filter(({ outcome }) => outcome === 'fired'),
  );
  const run = await used.api.ended(tick.run.id);
  expect(run).toMatchObject({
    status: 'completed',
    trigger: 'schedule',
    schedule_id: schedule.id,
    tick_at: tick.tick_at,
  });
  const [queued] = await used.api.events(run.id);
  expect(queued.data).toMatchObject({ trigger: 'schedule', tick_at: tick.tick_at });
  await vi.waitFor(() => expectVerified(used.api, run.id, 'temporal'), LONG);
});

describe('what stands against a tick is its answer', () => {
  const SCOPES = ['server', 'organisation', 'project', 'user'] as const;

  test.each(SCOPES.slice(0, 3))('disabled for the %s', async (scope) => {
    const binding = await bind(used.api, scope, { enabled: false });
    const direct = await used.api.post('/api/agent-runs', {
      agent: 'self_check',
      project_id: schedule.project_id,
    });
    expect(direct.status).toBe(409);
    expect(direct.body.code).toBe('agent_disabled');
    expect(direct.body.detail).toContain(binding.id);
    const since = Date.now();
    const [tick] = await untilTicks(used.api, schedule.id, (ticks) =>
      ticks.filter(({ outcome, tick_at }) => outcome === 'gated' && Date.parse(tick_at) > since),
    );
    expect(tick).toMatchObject({
      run: null,
      reason: { code: 'agent_disabled', binding_id: binding.id, scope },
    });
    const { body: preview } = await used.api.get(`/api/schedules/${schedule.id}/preview`);
    expect(preview).toMatchObject({ would: 'gated', reason: { code: 'agent_disabled', scope } });
    await bind(used.api, scope, { enabled: true });
  });

  test('paused, by whom and since when; resumed, it fires again', async () => {
    const { body: paused } = await used.api.post(`/api/schedules/${schedule.id}/pause`);
    expect(paused.paused).toMatchObject({ by: used.stack.tenant.user_id });
    const since = Date.now();
    const [tick] = await untilTicks(used.api, schedule.id, (ticks) =>
      ticks.filter(({ outcome, tick_at }) => outcome === 'skipped' && Date.parse(tick_at) > since),
    );
    expect(tick.reason).toMatchObject({
      code: 'paused',
      message: expect.stringContaining('owner@acme.test'),
    });
    await used.api.post(`/api/schedules/${schedule.id}/resume`);
    await untilTicks(used.api, schedule.id, (ticks) =>
      ticks.filter(
        ({ outcome, tick_at }) => outcome === 'fired' && Date.parse(tick_at) > Date.parse(tick.tick_at),
      ),
    );
  });

  test('all background work off: no tick fires, each says so, also afterwards', async () => {
    await used.api.send('PUT', '/api/settings', {
      settings: { OPERATING_BACKGROUND_ENABLED: { value: false } },
    });
    const since = Date.now();
    const off = (ticks: Json[]) =>
      ticks.filter(({ reason, tick_at }) => reason?.code === 'background_off' && Date.parse(tick_at) > since);
    const [tick] = await untilTicks(used.api, schedule.id, off);
    expect(tick).toMatchObject({ outcome: 'gated', run: null });
    const { version } = (await used.api.get('/api/settings')).body.settings.find(
      ({ name }: Json) => name === 'OPERATING_BACKGROUND_ENABLED',
    );
    await used.api.send('PUT', '/api/settings', {
      settings: { OPERATING_BACKGROUND_ENABLED: { value: true, version } },
    });
    await untilTicks(used.api, schedule.id, (ticks) =>
      ticks.filter(
        ({ outcome, tick_at }) => outcome === 'fired' && Date.parse(tick_at) > Date.parse(tick.tick_at),
      ),
    );
    const ticks = await ledger(used.api, schedule.id);
    expect(off(ticks).length).toBeGreaterThan(0);
  });
});

test('at the end every tick has exactly one answer, and stored ones are few', async () => {
  const ticks = await ledger(used.api, schedule.id);
  const moments = ticks.map(({ tick_at }) => Date.parse(tick_at));
  for (const [index, moment] of moments.slice(1).entries()) expect(moments[index]! - moment).toBe(10_000);
  expect(ticks.map(({ outcome }) => outcome)).not.toContain('unaccounted');
  expect(ticks.map(({ outcome }) => outcome)).not.toContain('missed');
});
