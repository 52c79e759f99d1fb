import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { localTime } from '../../../src/engine/cadences/local-time.js';
import {
  nextTick,
  nextTicks,
  previousTick,
  previousTicks,
  spanOf,
} from '../../../src/engine/cadences/ticks.js';
import type { Cadence } from '../../../src/platform/db/entities/schedule.entity.js';
import { aMoment, cadences } from './cadences.js';

const cron = (expression: string, time_zone: string): Cadence => ({
  kind: 'cron',
  cron: expression,
  time_zone,
});
const at = (text: string) => new Date(text);
const iso = (dates: Date[]) => dates.map((date) => date.toISOString());

describe('any cadence', () => {
  test('goes through the same ticks forwards and backwards, each once', () => {
    fc.assert(
      fc.property(cadences, aMoment, (cadence, start) => {
        const forwards = nextTicks(cadence, start, 5);
        for (const [index, tick] of forwards.entries()) {
          expect(tick.getTime()).toBeGreaterThan((forwards[index - 1] ?? start).getTime());
          expect(tick.getTime() % 1000).toBe(0);
        }
        const last = forwards.at(-1);
        if (!last) return;
        const backwards = previousTicks(cadence, new Date(last.getTime() + 1000), forwards.length);
        expect(iso(backwards.reverse())).toEqual(iso(forwards));
        if (forwards.length > 1) expect(previousTick(cadence, last)).toEqual(forwards.at(-2));
      }),
      { numRuns: 300 },
    );
  });

  test('a span counts what stepping counts, and spans that meet share no tick and lose none', () => {
    fc.assert(
      fc.property(
        cadences,
        aMoment,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 40 }),
        (cadence, start, count, cut) => {
          const ticks = nextTicks(cadence, start, count);
          const end = ticks.at(-1);
          if (!end) return;
          const whole = spanOf(cadence, start, end);
          expect(whole).toEqual({ first: ticks[0], last: end, ticks: ticks.length });
          const middle = ticks[Math.min(cut, ticks.length - 1)]!;
          const left = spanOf(cadence, start, middle);
          const right = spanOf(cadence, middle, end);
          expect((left?.ticks ?? 0) + (right?.ticks ?? 0)).toBe(ticks.length);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('when the clock leaps forward', () => {
  test('a fixed time that is leapt over happens when the leap is done', () => {
    const ticks = nextTicks(cron('30 2 * * *', 'Europe/Berlin'), at('2026-03-28T00:00:00Z'), 3);
    expect(ticks.map((tick) => localTime(tick, 'Europe/Berlin'))).toEqual([
      '2026-03-28T02:30:00+01:00',
      '2026-03-29T03:00:00+02:00',
      '2026-03-30T02:30:00+02:00',
    ]);
  });

  test('what recurs within the hour goes on', () => {
    const ticks = nextTicks(cron('*/30 * * * *', 'Europe/Berlin'), at('2026-03-29T00:30:00Z'), 3);
    expect(iso(ticks)).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-29T01:30:00.000Z',
      '2026-03-29T02:00:00.000Z',
    ]);
  });
});

describe('when the clock falls back', () => {
  test('a fixed time that is shown twice happens once, the first time', () => {
    const ticks = nextTicks(cron('30 2 * * *', 'Europe/Berlin'), at('2026-10-24T12:00:00Z'), 2);
    expect(iso(ticks)).toEqual(['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z']);
  });

  test('what recurs within the hour goes on through both', () => {
    const ticks = nextTicks(cron('0,30 * * * *', 'Europe/Berlin'), at('2026-10-25T00:00:00Z'), 4);
    expect(iso(ticks)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T01:30:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ]);
  });
});

test('an interval is counted from the epoch, wherever the clock stands', () => {
  const cadence: Cadence = { kind: 'interval', every_seconds: 3600 };
  expect(nextTick(cadence, at('2026-03-29T00:59:59.999Z'))).toEqual(at('2026-03-29T01:00:00Z'));
  expect(nextTick(cadence, at('2026-03-29T01:00:00.000Z'))).toEqual(at('2026-03-29T02:00:00Z'));
  expect(previousTick(cadence, at('2026-03-29T01:00:00.000Z'))).toEqual(at('2026-03-29T00:00:00Z'));
});

test('what happens once has no tick after it', () => {
  const cadence: Cadence = { kind: 'once', at: '2026-12-01T08:00:00.000Z' };
  expect(nextTick(cadence, at('2026-12-01T07:59:59Z'))).toEqual(at('2026-12-01T08:00:00Z'));
  expect(nextTick(cadence, at('2026-12-01T08:00:00Z'))).toBeNull();
  expect(spanOf(cadence, at('2026-01-01T00:00:00Z'), at('2027-01-01T00:00:00Z'))?.ticks).toBe(1);
});
