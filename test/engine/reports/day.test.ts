import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { localTime } from '../../../src/engine/cadences/local-time.js';
import type { Cadence } from '../../../src/platform/db/entities/schedule.entity.js';
import { ZONES } from '../cadences/cadences.js';
import { useFacts } from './facts.js';
import { runRow } from './rows.js';

const used = useFacts();
const { stack } = used;

/** A project of its own in this zone, and a run in it that asks. */
async function asking(time_zone: string, row: object = {}): Promise<{ project_id: string; run_id: string }> {
  const project_id = randomUUID();
  await stack.query(`INSERT INTO projects (id, organisation_id, name, time_zone) VALUES ($1, $2, $3, $4)`, [
    project_id,
    stack.tenant.organisation_id,
    project_id,
    time_zone,
  ]);
  const run_id = await runRow(stack, {
    project_id,
    agent: 'proactive_daily_review',
    status: 'running',
    ...row,
  });
  return { project_id, run_id };
}

const shifted = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString();

describe("a day is the project's own, whatever its clock does", () => {
  test.each([
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z', 23],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z', 25],
    ['America/Havana', '2026-03-08', '2026-03-08T05:00:00.000Z', 23],
    ['America/Havana', '2026-11-01', '2026-11-01T04:00:00.000Z', 25],
    ['America/Havana', '2026-10-31', '2026-10-31T04:00:00.000Z', 24],
    ['Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00:00.000Z', 24.5],
    ['Asia/Makassar', '2026-03-29', '2026-03-28T16:00:00.000Z', 24],
  ])('%s on %s begins at %s and has %d hours', async (zone, day, since, hours) => {
    const until = shifted(since, hours * 3_600_000);
    const { project_id, run_id } = await asking(zone);
    const ends = [shifted(since, -1), since, shifted(until, -1), until];
    const ids = [];
    for (const finished_at of ends)
      ids.push(
        await runRow(stack, { project_id, finished_at, status: 'failed', error: { code: 'internal' } }),
      );
    const facts = await used.day(run_id, day);
    expect(facts).toMatchObject({ day, time_zone: zone, since, until, ended: { total: 2 } });
    expect(facts.failures.listed.map(({ run_id }) => run_id)).toEqual([ids[2], ids[1]]);
  });

  /** Morocco's rules change so often that the time zone data of two programs need not agree about them. */
  const settled = ZONES.filter((zone) => zone !== 'Africa/Casablanca');
  test('any day, in any zone: its first moment shows its date, and no moment before does', async () => {
    const asks = new Map<string, string>();
    for (const zone of settled) asks.set(zone, (await asking(zone)).run_id);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...settled),
        fc.integer({ min: 0, max: 729 }),
        async (zone, number) => {
          const day = new Date(Date.UTC(2026, 0, 1 + number)).toISOString().slice(0, 10);
          const { since, until } = await used.day(asks.get(zone) ?? '', day);
          const dates = [shifted(since, -1), since, shifted(until, -1), until].map((at) =>
            localTime(new Date(at), zone).slice(0, 10),
          );
          expect(
            dates.map((date) => date === day),
            `${zone} ${day}`,
          ).toEqual([false, true, true, false]);
        },
      ),
      { numRuns: 150 },
    );
  });
});

test.each([
  ['its tick', { tick_at: '2026-03-30T05:00:00Z', created_at: '2026-04-02T12:00:00Z' }],
  ['the moment it was asked for', { created_at: '2026-03-30T05:00:00Z' }],
])('without a day it is the local day before %s', async (_, row) => {
  const { run_id } = await asking('Europe/Berlin', row);
  expect(await used.day(run_id, null)).toMatchObject({ day: '2026-03-29' });
  const west = await asking('America/New_York', {
    ...row,
    created_at: '2026-03-30T02:00:00Z',
    tick_at: null,
  });
  expect(await used.day(west.run_id, null)).toMatchObject({ day: '2026-03-28' });
});

test('durations, tokens and cost are summed up; a report counts only for its cost, or when it failed', async () => {
  const { project_id, run_id } = await asking('UTC');
  const lasting = (ms: number, row: object = {}) => {
    const started_at = '2026-05-04T10:00:00.000Z';
    return runRow(stack, { project_id, started_at, finished_at: shifted(started_at, ms), ...row });
  };
  const usage = { model_calls: 1, input_tokens: 10, output_tokens: 5, cost_usd: 0.5 };
  await lasting(100, { usage });
  await lasting(300, { usage: { ...usage, cost_usd: null } });
  const longest = await lasting(2000, { usage: { ...usage, model_calls: 0, cost_usd: null } });
  await lasting(90_000, { agent: 'operating_pulse', usage });
  await lasting(90_000, { agent: 'reindex' });
  const facts = await used.day(run_id, '2026-05-04');
  expect(facts).toMatchObject({
    ended: { total: 3, listed: [{ agent: 'self_check', status: 'completed', count: 3 }] },
    durations: { median_ms: 300, longest: { run_id: longest, agent: 'self_check', ms: 2000 } },
    usage: { model_calls: 3, input_tokens: 40, output_tokens: 20, cost_usd: 1, runs_of_unknown_cost: 1 },
  });
  await lasting(1, { agent: 'operating_pulse', status: 'failed', error: { code: 'model_timed_out' } });
  expect((await used.day(run_id, '2026-05-04')).failures.listed).toMatchObject([{ code: 'model_timed_out' }]);
  expect(await used.day(run_id, '2026-05-05')).toMatchObject({
    ended: { total: 0, listed: [] },
    durations: null,
    ticks_without_run: { total: 0, listed: [] },
    usage: { model_calls: 0, cost_usd: null },
  });
});

describe('ticks without a run', () => {
  const reason = (code: string) => ({ code, message: code });

  async function following(project_id: string, spec: Cadence, since: string, until: string | null) {
    const [cadence_id, schedule_id] = [randomUUID(), randomUUID()];
    await stack.query(
      `INSERT INTO cadences (id, key, spec, accounted_until) VALUES ($1, $2, $3, '2026-06-01T00:00:00Z')`,
      [cadence_id, cadence_id, spec],
    );
    await stack.query(
      `INSERT INTO schedules (id, agent, organisation_id, project_id, user_id) VALUES ($1, 'self_check', $2, $3, $4)`,
      [schedule_id, stack.tenant.organisation_id, project_id, randomUUID()],
    );
    await stack.query(
      `INSERT INTO schedule_periods (schedule_id, cadence_id, since, until) VALUES ($1, $2, $3, $4)`,
      [schedule_id, cadence_id, since, until],
    );
    const span = (own: boolean, first: string, last: string, outcome: string, code: string) =>
      stack.query(
        `INSERT INTO tick_spans (cadence_id, schedule_id, first_tick, last_tick, ticks, outcome, reason)
         VALUES ($1, $2, $3, $4, 1, $5, $6)`,
        [cadence_id, own ? schedule_id : null, first, last, outcome, reason(code)],
      );
    return { schedule_id, span };
  }

  test('are counted within the day and within what was followed, without those that got a run later', async () => {
    const { project_id, run_id } = await asking('UTC');
    const hourly: Cadence = { kind: 'interval', every_seconds: 3600 };
    const { schedule_id, span } = await following(project_id, hourly, '2026-05-01T00:00:00Z', null);
    // The span starts the evening before and has six ticks on the day itself, one of which was run afterwards.
    await span(true, '2026-05-03T20:00:00Z', '2026-05-04T05:00:00Z', 'skipped', 'paused');
    await runRow(stack, {
      project_id,
      schedule_id,
      tick_at: '2026-05-04T02:00:00Z',
      finished_at: '2026-05-09T00:00:00Z',
    });
    // For everybody who followed, on into the next day.
    await span(false, '2026-05-04T22:00:00Z', '2026-05-05T09:00:00Z', 'missed', 'too_late');
    const daily: Cadence = { kind: 'cron', cron: '0 12 * * *', time_zone: 'UTC' };
    const left = await following(project_id, daily, '2026-05-01T00:00:00Z', '2026-05-04T13:00:00Z');
    await left.span(false, '2026-05-02T12:00:00Z', '2026-05-08T12:00:00Z', 'gated', 'background_off');
    const { ticks_without_run } = await used.day(run_id, '2026-05-04');
    expect(ticks_without_run).toEqual({
      total: 8,
      listed: [
        { agent: 'self_check', outcome: 'skipped', code: 'paused', count: 5 },
        { agent: 'self_check', outcome: 'missed', code: 'too_late', count: 2 },
        { agent: 'self_check', outcome: 'gated', code: 'background_off', count: 1 },
      ],
    });
    expect((await used.day(run_id, '2026-05-06')).ticks_without_run.total).toBe(0);
    const other = await asking('UTC');
    expect((await used.day(other.run_id, '2026-05-04')).ticks_without_run.total).toBe(0);
  });
});

test('a zone that PostgreSQL does not know is no reason to ask again', async () => {
  const { run_id } = await asking('Mars/Olympus');
  await expect(used.day(run_id, null)).rejects.toThrow(/Mars\/Olympus/);
});
