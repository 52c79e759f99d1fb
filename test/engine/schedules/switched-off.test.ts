import { beforeAll, expect, test } from 'vitest';
import { override } from '../../platform/settings/settings.js';
import type { Json } from '../../support/caller.js';
import { useStack } from '../../support/stack.js';
import { bind, expectContiguous, scheduleOf, untilTicks } from './followed-schedules.js';

const used = useStack({ OPERATING_BACKGROUND_ENABLED: 'true', SCHEDULE_SPREAD_SECONDS: '0' });
let schedule: Json;

beforeAll(async () => {
  await bind(used.api, 'organisation', { schedule: { kind: 'interval', every_seconds: 10 } });
  schedule = await scheduleOf(used.api, 'self_check');
});

const untilSaid = (since: string, code: string) =>
  untilTicks(used.api, schedule.id, (ticks) =>
    ticks.filter(({ reason, tick_at }) => reason?.code === code && tick_at > since),
  );

test("disabled for the server: no organisation's tick fires", async () => {
  const binding = await bind(used.api, 'server', { enabled: false });
  const [tick] = await untilSaid(binding.changed_at, 'agent_disabled');
  expect(tick).toMatchObject({
    outcome: 'gated',
    run: null,
    reason: { binding_id: binding.id, scope: 'server' },
  });
  await bind(used.api, 'server', { enabled: true });
});

test('all background work off: no tick fires, each says so, also afterwards', async () => {
  const since = new Date().toISOString();
  await override(used.api, 'OPERATING_BACKGROUND_ENABLED', false);
  const { body: preview } = await used.api.get(`/api/schedules/${schedule.id}/preview`);
  expect(preview).toMatchObject({ would: 'gated', reason: { code: 'background_off' } });
  const [tick] = await untilSaid(since, 'background_off');
  expect(tick).toMatchObject({ outcome: 'gated', run: null });
  await override(used.api, 'OPERATING_BACKGROUND_ENABLED', true);
  const ticks = await untilTicks(used.api, schedule.id, ([latest, ...earlier]) =>
    latest.outcome === 'fired' && latest.tick_at > tick.tick_at ? [latest, ...earlier] : [],
  );
  expect(ticks.find(({ tick_at }) => tick_at === tick.tick_at)).toMatchObject({
    outcome: 'gated',
    reason: { code: 'background_off' },
  });
  await expectContiguous(used.api, schedule.id);
});
