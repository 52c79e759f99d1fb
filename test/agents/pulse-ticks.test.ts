import { expect, test } from 'vitest';
import { bind, scheduleOf, untilTicks } from '../engine/schedules/followed-schedules.js';
import { useStack } from '../support/stack.js';

const used = useStack({
  OPERATING_BACKGROUND_ENABLED: 'true',
  OPERATING_BACKGROUND_INTERVAL_SECONDS: '10',
  SCHEDULE_SPREAD_SECONDS: '0',
});

test('pulses run at the interval of the setting, and each continues where the previous one ended', async () => {
  // The review's own run would be a change, where the clock comes to 07:00.
  await bind(used.api, 'organisation', { enabled: false }, 'proactive_daily_review');
  const schedule = await scheduleOf(used.api, 'operating_pulse');
  expect(schedule.schedule).toEqual({ kind: 'interval', every_seconds: 10 });
  const [second, first] = await untilTicks(used.api, schedule.id, (ticks) => {
    const fired = ticks.filter(({ outcome }) => outcome === 'fired');
    return fired.length > 1 ? fired : [];
  });
  const [before, after] = [await used.api.ended(first.run.id), await used.api.ended(second.run.id)];
  for (const run of [before, after])
    expect(run).toMatchObject({
      status: 'completed',
      trigger: 'schedule',
      priority: 1,
      user_id: used.stack.tenant.user_id,
      target: { type: 'daily_session', id: run.tick_at.slice(0, 10) },
      result: { changed: false },
      usage: { model_calls: 0 },
    });
  expect(after.result.since).toBe(before.result.until);
});
