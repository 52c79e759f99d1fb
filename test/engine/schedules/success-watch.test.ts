import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { patienceOf, SuccessWatch } from '../../../src/engine/schedules/success-watch.js';
import { createLogger } from '../../../src/platform/config/logger.js';
import { World } from './ledger-world.js';

const PERIOD = 300;
const PATIENCE = 3 * PERIOD;

let world: World;
let watch: SuccessWatch;

beforeEach(async () => {
  world = await World.open(inject('postgres'), new Date('2026-06-01T08:00:30Z'), 'UTC');
  watch = new SuccessWatch(world.db, createLogger({ LOG_LEVEL: 'silent' }, 'test'));
  await world.bind('reviewer', 'server', null, { kind: 'manual' });
  await world.bind('self_check', 'project 0', null, { kind: 'interval', every_seconds: PERIOD });
  await world.settle();
});
afterEach(() => world.close());

/** Lets so many ticks pass, each with a run that ends like this. */
async function ticks(count: number, status: string): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) {
    await world.passes(PERIOD);
    await world.ticks(0, Number.POSITIVE_INFINITY);
    await world.query(`UPDATE agent_runs SET status = $1, finished_at = now() WHERE finished_at IS NULL`, [
      status,
    ]);
  }
}

const failing = async (): Promise<boolean> =>
  (
    await world.query<{ failing: boolean }[]>(`SELECT failing_since IS NOT NULL AS failing FROM schedules`)
  )[0]!.failing;
const events = () =>
  world.query<{ type: string; data: object }[]>(`SELECT type, data FROM schedule_events ORDER BY id`);

describe('a schedule whose runs fail', () => {
  test('is failing after three ticks without a success, and recovered with the next one', async () => {
    await ticks(2, 'failed');
    await watch.pass();
    expect(await failing()).toBe(false);
    await ticks(2, 'failed');
    await watch.pass();
    await watch.pass();
    expect(await failing()).toBe(true);
    const told = {
      type: 'schedule_failing',
      data: { agent: 'self_check', without_success_seconds: PATIENCE },
    };
    expect(await events()).toEqual([told]);
    await ticks(1, 'completed');
    await watch.pass();
    await watch.pass();
    expect(await failing()).toBe(false);
    expect(await events()).toEqual([
      told,
      { type: 'schedule_recovered', data: { agent: 'self_check', failing_since: expect.any(String) } },
    ]);
  });

  test('is not failing while one in three succeeds', async () => {
    for (let round = 0; round < 3; round += 1) {
      await ticks(2, 'failed');
      await ticks(1, 'completed');
      await watch.pass();
    }
    expect(await events()).toEqual([]);
  });

  test.each(['disabled', 'paused'])('is not, once it is %s', async (how) => {
    await ticks(3, 'failed');
    if (how === 'disabled') await world.bind('self_check', 'organisation', false, null);
    else await world.query(`UPDATE schedules SET paused_at = now()`);
    await ticks(3, 'failed');
    await watch.pass();
    expect(await events()).toEqual([]);
  });
});

test('a schedule that nobody fires is failing, too', async () => {
  await ticks(1, 'completed');
  await world.passes(2 * PERIOD);
  await watch.pass();
  expect(await failing()).toBe(false);
  await world.passes(3 * PERIOD);
  await watch.pass();
  expect(await failing()).toBe(true);
});

test('one whose own ticks are missed is failing, though its cadence is answered', async () => {
  await world.passes(4 * PERIOD);
  await world.query(`UPDATE cadences SET next_at = now()`);
  await watch.pass();
  expect(await failing()).toBe(false);
  await world.query(
    `INSERT INTO tick_spans (cadence_id, schedule_id, first_tick, last_tick, ticks, outcome, reason)
     SELECT cadence_id, id, now(), now(), 1, 'missed', '{"code": "input_not_checked", "message": "Not in time."}' FROM schedules
      WHERE cadence_id IS NOT NULL`,
  );
  await watch.pass();
  expect(await failing()).toBe(true);
});

test('while all background work is off nothing is failing', async () => {
  world.settings.OPERATING_BACKGROUND_ENABLED = false;
  await world.settle();
  await world.passes(10 * PERIOD);
  await watch.pass();
  expect(await events()).toEqual([]);
});

test('a schedule that Temporal refuses is failing once its ticks would have come', async () => {
  await world.query(`UPDATE cadences SET refused = 'unknown time zone'`);
  await world.passes(4 * PERIOD);
  await watch.pass();
  expect(await failing()).toBe(true);
});

test('patience is three ticks long, an hour less where the clock leaps forward, and a minute at least; what happens once has none', () => {
  const now = new Date('2026-03-27T12:00:00Z');
  expect(patienceOf({ kind: 'interval', every_seconds: 10 }, now)).toBe(60);
  expect(patienceOf({ kind: 'interval', every_seconds: 3600 }, now)).toBe(3 * 3600);
  expect(patienceOf({ kind: 'cron', cron: '0 12 * * *', time_zone: 'Europe/Berlin' }, now)).toBe(71 * 3600);
  expect(patienceOf({ kind: 'once', at: '2026-04-01T00:00:00.000Z' }, now)).toBeNull();
});
