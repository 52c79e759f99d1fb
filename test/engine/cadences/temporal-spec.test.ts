import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { shiftsOf, temporalSpec } from '../../../src/engine/cadences/temporal-spec.js';
import { nextTick, nextTicks } from '../../../src/engine/cadences/ticks.js';
import type { Cadence } from '../../../src/platform/db/entities/schedule.entity.js';
import { crons, ZONES } from './cadences.js';

let connection: Connection;
let client: Client;
beforeAll(async () => {
  connection = await Connection.connect({ address: inject('temporal') });
  client = new Client({ connection });
});
afterAll(() => connection.close());

const seconds = (at: Date) => msToTs(Math.floor(at.getTime() / 1000) * 1000);

/** The moments at which Temporal itself would wake the cadence. */
async function wakeUps(cadence: Cadence, now: Date, from: Date, to: Date): Promise<Set<number>> {
  const scheduleId = `spec-${randomUUID()}`;
  const handle = await client.schedule.create({
    scheduleId,
    spec: temporalSpec(cadence, now),
    state: { paused: true },
    action: { type: 'startWorkflow', workflowType: 'none', taskQueue: 'none' },
  });
  const matching = await connection.workflowService.listScheduleMatchingTimes({
    namespace: 'default',
    scheduleId,
    startTime: seconds(new Date(from.getTime() - 1000)),
    endTime: seconds(to),
  });
  await handle.delete();
  return new Set((matching.startTime ?? []).map((at) => tsToMs(at)));
}

describe('Temporal wakes a cadence at every one of its ticks', () => {
  test.each(ZONES)('around the shifts of %s', async (time_zone) => {
    const shifts = shiftsOf(time_zone, 2026, 2028);
    const moments = shifts.length > 0 ? shifts : [new Date('2026-03-29T01:00:00Z')];
    for (const cron of [
      '30 2 * * *',
      '30 0 * * *',
      '0 0 * * *',
      '15 1,2,3 * * *',
      '*/30 * * * *',
      '0 */2 * * *',
      '5 0-4 * * SUN',
    ]) {
      const cadence: Cadence = { kind: 'cron', cron, time_zone };
      for (const shift of moments.slice(0, 2)) {
        const from = new Date(shift.getTime() - 6 * 3_600_000);
        const to = new Date(shift.getTime() + 12 * 3_600_000);
        const woken = await wakeUps(cadence, new Date('2026-01-15T00:00:00Z'), from, to);
        for (let tick = nextTick(cadence, from); tick && tick <= to; tick = nextTick(cadence, tick))
          expect(woken, `${cron} ${time_zone} ${tick.toISOString()}`).toContain(tick.getTime());
      }
    }
  });

  /** Morocco's rules change so often that the time zone data of two programs need not agree about next year. */
  const settled = crons.filter(({ time_zone }) => time_zone !== 'Africa/Casablanca');
  test('for any cron', async () => {
    const now = new Date('2026-06-01T00:00:00Z');
    await fc.assert(
      fc.asyncProperty(settled, async (cadence) => {
        for (const tick of nextTicks(cadence, now, 3).filter((one) => one.getUTCFullYear() < 2028))
          expect(await wakeUps(cadence, now, tick, tick), `${cadence.cron} ${cadence.time_zone}`).toContain(
            tick.getTime(),
          );
      }),
      { numRuns: 40 },
    );
  });

  test('for intervals and single moments, and at no other time', async () => {
    const from = new Date('2026-06-01T00:00:00Z');
    const to = new Date('2026-06-01T01:00:00Z');
    const interval: Cadence = { kind: 'interval', every_seconds: 77 };
    const ticks = nextTicks(interval, from, 60).filter((tick) => tick <= to);
    expect([...(await wakeUps(interval, from, from, to))].filter((at) => at > from.getTime())).toEqual(
      ticks.map((tick) => tick.getTime()),
    );
    const once: Cadence = { kind: 'once', at: '2026-06-01T00:30:11.000Z' };
    expect([...(await wakeUps(once, from, from, to))]).toEqual([Date.parse(once.at)]);
  });
});

test('the shifts of a zone are where its clock leaps and falls back', () => {
  expect(shiftsOf('Europe/Berlin', 2026, 2027).map((at) => at.toISOString())).toEqual([
    '2026-03-29T01:00:00.000Z',
    '2026-10-25T01:00:00.000Z',
  ]);
  expect(shiftsOf('Australia/Lord_Howe', 2026, 2027).map((at) => at.toISOString())).toEqual([
    '2026-04-04T15:00:00.000Z',
    '2026-10-03T15:30:00.000Z',
  ]);
  expect(shiftsOf('Asia/Makassar', 2026, 2028)).toEqual([]);
});
