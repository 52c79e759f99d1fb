import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dueTicks } from '../../../src/engine/cadences/due.js';
import { shiftsOf } from '../../../src/engine/cadences/temporal-spec.js';
import { nextTick, nextTicks } from '../../../src/engine/cadences/ticks.js';
import type { Cadence } from '../../../src/platform/db/entities/schedule.entity.js';
import { aMoment, cadences, crons, ZONES } from './cadences.js';

const MOST_LOOKED_AT = 300;

/** Every nominal tick after `after` up to and with `until`, one step at a time. */
function nominal(cadence: Cadence, after: Date, until: Date): Date[] {
  const ticks: Date[] = [];
  for (let tick = nextTick(cadence, after); tick && tick <= until; tick = nextTick(cadence, tick))
    ticks.push(tick);
  return ticks;
}

/** A horizon some ticks on, on a tick or between two of them, near enough to be stepped through. */
function horizonAfter(cadence: Cadence, after: Date, count: number, beyond: number): Date {
  const last = nextTicks(cadence, after, count).at(-1);
  return new Date((last ?? after).getTime() + beyond);
}

function expectAnswered(cadence: Cadence, after: Date, horizon: Date, catch_up: number): void {
  const { fires, without_run } = dueTicks(cadence, after, horizon, catch_up);
  const ticks = nominal(cadence, after, horizon);
  const oldest = horizon.getTime() - catch_up * 1000;
  for (const tick of ticks) {
    const stretches = without_run.filter((one) => one.after < tick && tick <= one.until);
    expect(stretches.length + Number(tick.getTime() === fires?.getTime()), tick.toISOString()).toBe(1);
    if (stretches[0]) expect(stretches[0].outcome).toBe(tick.getTime() < oldest ? 'missed' : 'coalesced');
  }
  const latest = ticks.at(-1);
  expect(fires).toEqual(latest && latest.getTime() >= oldest ? latest : null);
  for (const { reason } of without_run.filter(({ outcome }) => outcome === 'coalesced'))
    expect(reason.into).toBe(fires?.toISOString());
  for (const [index, stretch] of without_run.entries()) {
    expect(stretch.after).toEqual(without_run[index - 1]?.until ?? after);
    expect(nominal(cadence, stretch.after, stretch.until).length).toBeGreaterThan(0);
  }
}

const count = fc.integer({ min: 0, max: 40 });
const beyond = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 90_000_000 }));
const catchUp = fc.oneof(fc.integer({ min: 10, max: 7200 }), fc.integer({ min: 10, max: 604_800 }));

describe('every tick that is due is answered once: it fires, or lies in one stretch without a run', () => {
  test('for any cadence', () => {
    fc.assert(
      fc.property(cadences, aMoment, count, beyond, catchUp, (cadence, after, ticks, more, catch_up) => {
        const horizon = horizonAfter(cadence, after, ticks, more);
        fc.pre(
          nextTicks(cadence, after, MOST_LOOKED_AT).filter((tick) => tick <= horizon).length < MOST_LOOKED_AT,
        );
        expectAnswered(cadence, after, horizon, catch_up);
      }),
      { numRuns: 400 },
    );
  });

  test.each(ZONES.filter((zone) => shiftsOf(zone, 2026, 2027).length > 0))(
    'around the shifts of %s',
    (zone) => {
      const around = fc.integer({ min: -8 * 3600, max: 8 * 3600 });
      fc.assert(
        fc.property(
          crons,
          fc.constantFrom(...shiftsOf(zone, 2026, 2027)),
          around,
          fc.integer({ min: 0, max: 12 * 3600 }),
          catchUp,
          (cron, shift, from, length, catch_up) => {
            const after = new Date(shift.getTime() + from * 1000);
            expectAnswered(
              { ...cron, time_zone: zone },
              after,
              new Date(after.getTime() + length * 1000),
              catch_up,
            );
          },
        ),
        { numRuns: 60 },
      );
    },
  );
});

test('what was decided leaves nothing to decide', () => {
  fc.assert(
    fc.property(cadences, aMoment, count, beyond, catchUp, (cadence, after, ticks, more, catch_up) => {
      const horizon = horizonAfter(cadence, after, ticks, more);
      const { fires, without_run } = dueTicks(cadence, after, horizon, catch_up);
      const answered = fires ?? without_run.at(-1)?.until ?? after;
      expect(dueTicks(cadence, answered, horizon, catch_up)).toEqual({ fires: null, without_run: [] });
    }),
    { numRuns: 200 },
  );
});

test('a tick fires at its very moment, and still when it is as late as it may be', () => {
  const cadence: Cadence = { kind: 'interval', every_seconds: 3600 };
  const after = new Date('2026-06-01T00:30:00Z');
  const tick = new Date('2026-06-01T01:00:00Z');
  const at = (ms: number) => dueTicks(cadence, after, new Date(tick.getTime() + ms), 600).fires;
  expect([at(-1), at(0), at(600_000), at(600_001)]).toEqual([null, tick, tick, null]);
});
