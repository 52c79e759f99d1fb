import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import { shiftsOf } from '../../../src/engine/cadences/temporal-spec.js';
import type { Schedule } from '../../../workflows/contract/schedule.js';
import { ZONES } from '../cadences/cadences.js';
import { LedgerModel, type Op } from './ledger-model.js';
import { AGENTS, PLACES, World } from './ledger-world.js';

const schedule: fc.Arbitrary<Schedule | null> = fc.oneof(
  fc.constantFrom<Schedule>(
    { kind: 'interval' },
    { kind: 'interval', every_seconds: 300 },
    { kind: 'interval', every_seconds: 77 },
    { kind: 'cron', cron: '*/20 * * * *' },
    { kind: 'cron', cron: '30 1,2 * * *' },
    { kind: 'cron', cron: '0 */2 * * *', time_zone: 'Australia/Lord_Howe' },
    { kind: 'nightly' },
  ),
  fc.constantFrom<Schedule | null>({ kind: 'manual' }, null),
);
const agent = fc.constantFrom(...Object.keys(AGENTS));
const index = fc.constantFrom<0 | 1>(0, 1);
const yes = fc.boolean();
const seconds = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 90 }) },
  { weight: 4, arbitrary: fc.integer({ min: 60, max: 1200 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1800, max: 3 * 3600 }) },
);

const ops: fc.Arbitrary<Op> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('pass'), seconds }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('approach'),
      nth: fc.nat(3),
      ms: fc.constantFrom(-510, -60, -10, 0, 10),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('tick'),
      ahead_ms: fc.constantFrom(0, 0, 900),
      dies: fc.constantFrom(null, null, null, 0, 1, 2, 3, 4, 6),
      unread: fc.oneof(fc.constant(0), fc.nat(63)),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('settle') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('bind'),
      agent,
      place: fc.constantFrom(...PLACES),
      enabled: fc.constantFrom(true, false, null, null),
      schedule,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('archive'), project: index, archived: yes }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('member'), project: index, user: index, member: yes }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('zone'), zone: fc.constantFrom(...ZONES) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pause'), nth: fc.nat(5), paused: yes }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('end runs') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('publish') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('background'), on: yes }) },
) as fc.Arbitrary<Op>;

/** Days on which clocks leap, and one on which none does. */
const starts = [
  ...ZONES.flatMap((zone) => shiftsOf(zone, 2026, 2027).map((shift) => ({ zone, at: shift.getTime() }))),
  { zone: 'UTC', at: Date.UTC(2026, 5, 1) },
];

const beginning: Op[] = [
  { do: 'bind', agent: 'self_check', place: 'server', enabled: null, schedule: { kind: 'interval' } },
  { do: 'settle' },
];
const end: Op[] = [
  { do: 'background', on: true },
  { do: 'settle' },
  { do: 'tick', ahead_ms: 0, dies: null, unread: 0 },
];

/**
 * A schedule moves to another cadence at a tick of both, which Temporal's clock has reached and PostgreSQL's has not.
 */
const movedAheadOfTheClock: Op[] = [
  { do: 'approach', nth: 0, ms: -510 },
  { do: 'tick', ahead_ms: 900, dies: null, unread: 0 },
  {
    do: 'bind',
    agent: 'self_check',
    place: 'organisation',
    enabled: null,
    schedule: { kind: 'interval', every_seconds: 300 },
  },
  { do: 'settle' },
  { do: 'pass', seconds: 1 },
  { do: 'tick', ahead_ms: 0, dies: null, unread: 0 },
];

test('whatever happens, each schedule has one answer for each of its ticks, as things stood then, and for good', async () => {
  const hours = fc.integer({ min: -6, max: 2 });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...starts),
      hours,
      fc.array(ops, { minLength: 15, maxLength: 40 }),
      async ({ zone, at }, from, happens) => {
        const world = await World.open(inject('postgres'), new Date(at + from * 3_600_000), zone);
        try {
          const model = new LedgerModel(world);
          for (const op of [...beginning, ...happens, ...end]) await model.step(op);
          model.expectAllAnswered();
        } finally {
          await world.close();
        }
      },
    ),
    {
      numRuns: 15,
      interruptAfterTimeLimit: 100_000,
      examples: [[{ zone: 'UTC', at: Date.UTC(2026, 5, 1) }, 0, movedAheadOfTheClock]],
    },
  );
}, 120_000);

test("many cadences that tick at once do not wait for each other's connections", async () => {
  const world = await World.open(inject('postgres'), new Date('2026-06-01T08:00:00Z'), 'UTC');
  try {
    await world.query(
      `INSERT INTO cadences (id, key, spec, accounted_until)
       SELECT gen_random_uuid(), 'interval ' || n || ' s', jsonb_build_object('kind', 'interval', 'every_seconds', n), now()
         FROM generate_series(10, 49) AS n`,
    );
    await world.passes(60);
    await world.ticksAtOnce();
    const [row] = await world.query<[{ behind: number }]>(
      `SELECT count(*)::int AS behind FROM cadences WHERE next_at IS NULL OR next_at <= now() OR firing_at IS NOT NULL`,
    );
    expect(row.behind).toBe(0);
  } finally {
    await world.close();
  }
});
