import pg from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { boundedFacts } from '../../../src/engine/reports/reported.js';
import type { ProjectChanges } from '../../../workflows/contract/reports.js';
import { useFacts } from './facts.js';
import { type RunRow, runRow } from './rows.js';

const used = useFacts();
const { stack } = used;
beforeEach(() => stack.query('DELETE FROM agent_runs'));

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const pulse = (row: Partial<RunRow> = {}) =>
  runRow(stack, { agent: 'operating_pulse', status: 'running', ...row });
const told = ({ until, position }: ProjectChanges) => ({ until, position });
const failed = (row: Partial<RunRow> = {}, query?: typeof stack.query) =>
  runRow(
    stack,
    {
      status: 'failed',
      error: { code: 'step_failed', message: 'it broke' },
      finished_at: new Date().toISOString(),
      ...row,
    },
    query,
  );
const idsOf = ({ failures }: ProjectChanges) => failures.listed.map(({ run_id }) => run_id);

/** A pulse that has ended with what these facts tell it. */
const ended = (facts: ProjectChanges, row: Partial<RunRow> = {}) =>
  pulse({ status: 'completed', result: told(facts), finished_at: facts.until, ...row });

describe('a pulse goes on where the one before it ended', () => {
  test('the first pulse looks back for a day, and an ended run is reported once', async () => {
    await failed({ finished_at: ago(25 * 60) });
    const one = await failed({ finished_at: ago(23 * 60) });
    const first = await used.changes(await pulse(), null);
    expect(idsOf(first)).toEqual([one]);
    expect(Date.parse(first.until) - Date.parse(first.since)).toBe(86_400_000);
    await ended(first);
    const two = await failed();
    const second = await used.changes(await pulse(), null);
    expect(second.since).toBe(first.until);
    expect(idsOf(second)).toEqual([two]);
  });

  test('upkeep is no news, unless it failed', async () => {
    await runRow(stack, { agent: 'reindex', finished_at: ago(1) });
    const one = await failed({ agent: 'reindex' });
    const first = await used.changes(await pulse(), null);
    expect(first.ended).toEqual({ total: 1, listed: [{ agent: 'reindex', status: 'failed', count: 1 }] });
    expect(idsOf(first)).toEqual([one]);
  });

  test('a run that ended before and was committed after is reported exactly once', async () => {
    const writer = new pg.Client({ connectionString: stack.database });
    await writer.connect();
    const first = await used.changes(await pulse(), null);
    await ended(first);
    await writer.query('BEGIN');
    const late = await failed({}, async (sql, values) => (await writer.query(sql, values)).rows);
    const second = await used.changes(await pulse(), null);
    expect(idsOf(second)).toEqual([]);
    await ended(second);
    await writer.query('COMMIT');
    await writer.end();
    const third = await used.changes(await pulse(), null);
    expect(idsOf(third)).toEqual([late]);
    expect(third.failures.listed[0]!.ended_at < second.until).toBe(true);
    await ended(third);
    expect(idsOf(await used.changes(await pulse(), null))).toEqual([]);
  });

  test('a position of another era of the database, or of before there were eras, decides nothing', async () => {
    const one = await failed({ finished_at: ago(5) });
    const first = await used.changes(await pulse(), null);
    expect(idsOf(first)).toEqual([one]);
    for (const position of ['7.1:1:', '1:1:']) {
      await ended({ ...first, position });
      expect(idsOf(await used.changes(await pulse(), null)), position).toEqual([]);
    }
  });

  test('each schedule has its own; by hand it is that of the person in the project', async () => {
    const facts = await used.changes(await pulse(), null);
    const schedule_id = '01900000-0000-7000-8000-000000000001';
    await ended({ ...facts, until: ago(60) }, { schedule_id });
    await ended({ ...facts, until: ago(30) }, { user_id: null });
    await ended({ ...facts, until: ago(20) }, { input: { since: ago(21) } });
    const scheduled = await used.changes(await pulse({ schedule_id }), null);
    expect(Date.parse(scheduled.until) - Date.parse(scheduled.since)).toBeGreaterThanOrEqual(60 * 60_000);
    const nobodys = await used.changes(await pulse({ user_id: null }), null);
    expect(Date.parse(nobodys.until) - Date.parse(nobodys.since)).toBeLessThan(31 * 60_000);
    const mine = await used.changes(await pulse(), null);
    expect(mine.since).toBe(scheduled.since);
  });

  test('a moment that is given decides, up to 31 days back and not beyond now', async () => {
    const run = await pulse();
    expect((await used.changes(run, ago(90))).since).toMatch(/Z$/);
    const far = await used.changes(run, '1971-01-01T00:00:00.000Z');
    expect(Date.parse(far.until) - Date.parse(far.since)).toBe(31 * 86_400_000);
    const ahead = await used.changes(run, '2999-01-01T00:00:00.000Z');
    expect(ahead.since).toBe(ahead.until);
  });
});

test('runs of other projects and tenants, and pulses, are no change', async () => {
  const other = await stack.seed('Globex', 'owner@globex.test');
  await failed({ organisation_id: other.organisation_id, project_id: other.project_id });
  await failed({ project_id: null });
  await failed({ agent: 'operating_pulse' });
  const mine = await failed();
  const facts = await used.changes(await pulse(), null);
  expect(idsOf(facts)).toEqual([mine]);
  expect(facts.ended).toEqual({ total: 1, listed: [{ agent: 'self_check', status: 'failed', count: 1 }] });
});

test('runs that wait long are listed once, and counted as long as they wait', async () => {
  const waits = await runRow(stack, { status: 'queued', created_at: ago(40) });
  await runRow(stack, { status: 'queued', created_at: ago(40), due_at: ago(5) });
  await runRow(stack, { status: 'running', created_at: ago(40) });
  const first = await used.changes(await pulse(), null);
  expect(first.waiting).toMatchObject({ total: 1, now: 1, listed: [{ run_id: waits, status: 'queued' }] });
  await ended(first);
  expect((await used.changes(await pulse(), null)).waiting).toEqual({ total: 0, now: 1, listed: [] });
});

test('schedules that began to fail or recovered are reported', async () => {
  const [id] = ['01900000-0000-7000-8000-000000000002'];
  const { organisation_id, project_id } = stack.tenant;
  await stack.query(
    `INSERT INTO schedules (id, agent, organisation_id, project_id, failing_since) VALUES ($1, 'self_check', $2, $3, now())`,
    [id, organisation_id, project_id],
  );
  for (const type of ['schedule_failing', 'schedule_recovered', 'schedule_failing'])
    await stack.query(
      `INSERT INTO schedule_events (id, schedule_id, organisation_id, type, data) VALUES (gen_random_uuid(), $1, $2, $3, '{}')`,
      [id, organisation_id, type],
    );
  const { schedules } = await used.changes(await pulse(), null);
  expect(schedules).toMatchObject({ total: 3, failing: 2, recovered: 1, failing_now: 1 });
  expect(schedules.listed[0]).toMatchObject({ schedule_id: id, agent: 'self_check', change: 'failing' });
});

test('facts stay small: 20 failures at most, messages of one short line, 20 000 bytes in all', async () => {
  const message = `line one\n\tline two ${'\u{1F4A5}'.repeat(500)}`;
  for (let number = 0; number < 25; number += 1) await failed({ error: { code: 'step_failed', message } });
  const facts = await used.changes(await pulse(), null);
  expect(facts.failures.total).toBe(25);
  expect(facts.failures.listed).toHaveLength(20);
  const [first] = facts.failures.listed;
  expect([...first!.message]).toHaveLength(200);
  expect(first!.message.startsWith('line one line two ')).toBe(true);
  const held = boundedFacts(facts);
  expect(Buffer.byteLength(JSON.stringify(held))).toBeLessThanOrEqual(20_000);
  expect(held.failures.listed.length).toBeGreaterThan(10);
  expect(held.failures).toMatchObject({ total: 25 });
});

test('a run without a project has no facts', async () => {
  await expect(used.changes(await pulse({ project_id: null }), null)).rejects.toThrow(/no project/);
});
