import { beforeAll, describe, expect, test } from 'vitest';
import type { Json } from '../../support/caller.js';
import { useStack } from '../../support/stack.js';
import { bind, ledger, scheduleOf, untilTicks } from './followed-schedules.js';

const used = useStack({ OPERATING_BACKGROUND_ENABLED: 'true' });
const path = '/api/agents/self_check/bindings/organisation';
const HOURLY = { kind: 'interval', every_seconds: 3600 };
let schedule: Json;

beforeAll(async () => {
  await bind(used.api, 'organisation', { schedule: HOURLY });
  schedule = await scheduleOf(used.api, 'self_check');
});

const of = (action: string) => `/api/schedules/${schedule.id}/${action}`;

describe('a schedule that cannot be kept is refused', () => {
  test.each([
    ['four fields', { kind: 'cron', cron: '0 7 * *' }, 'schedule.cron'],
    ['six fields', { kind: 'cron', cron: '0 0 7 * * *' }, 'schedule.cron'],
    ['a minute that no hour has', { kind: 'cron', cron: '61 * * * *' }, 'schedule.cron'],
    ['a day that never comes', { kind: 'cron', cron: '0 0 31 2 *' }, 'schedule.cron'],
    ['a nickname', { kind: 'cron', cron: '@daily' }, 'schedule.cron'],
    ['an unknown zone', { kind: 'cron', cron: '0 7 * * *', time_zone: 'Mars/Olympus' }, 'schedule.time_zone'],
    ['a bare offset', { kind: 'cron', cron: '0 7 * * *', time_zone: '+02:00' }, 'schedule.time_zone'],
    ['a period of nine seconds', { kind: 'interval', every_seconds: 9 }, 'schedule.every_seconds'],
    ['a period of 32 days', { kind: 'interval', every_seconds: 32 * 86_400 }, 'schedule.every_seconds'],
    ['a moment that has passed', { kind: 'once', at: '2020-01-01T00:00:00Z' }, 'schedule.at'],
    ['a moment without a zone', { kind: 'once', at: '2030-01-01T00:00:00' }, 'schedule.at'],
    ['a kind that there is none of', { kind: 'hourly' }, 'schedule.kind'],
    ['a field too many', { kind: 'interval', every_seconds: 60, cron: '* * * * *' }, 'schedule'],
  ])('%s', async (_, wanted, field) => {
    const { version } = (await used.api.get('/api/agents/self_check/bindings')).body.bindings[0];
    const answer = await used.api.send('PUT', path, { schedule: wanted, version });
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(JSON.stringify(answer.body.errors)).toContain(field);
  });

  test('a zone is kept as IANA spells it', async () => {
    const { body } = await used.api.post('/api/projects', { name: 'Odd', time_zone: 'europe/berlin' });
    expect(body.time_zone).toBe('Europe/Berlin');
    await used.api.send('PATCH', `/api/projects/${body.id}`, { archived: true });
  });
});

describe('pausing and resuming', () => {
  const logged = async () =>
    (await used.api.get('/api/audit-log?subject=schedule')).body.changes.map(({ before, after }: Json) => [
      before.paused,
      after.paused,
    ]);

  test('happens once, however often it is asked for, and is logged', async () => {
    const { body: paused } = await used.api.post(of('pause'));
    expect((await used.api.post(of('pause'))).body).toEqual(paused);
    expect(await logged()).toEqual([[false, true]]);
    const { body: preview } = await used.api.get(of('preview'));
    expect(preview).toMatchObject({ would: 'skipped', reason: { code: 'paused' } });
    expect((await used.api.post(of('resume'))).body.paused).toBeNull();
    await used.api.post(of('resume'));
    expect(await logged()).toEqual([
      [true, false],
      [false, true],
    ]);
  });
});

describe('the preview', () => {
  test('shows the ticks to come, and no start before its tick or beyond a tenth of the time to the next', async () => {
    const { body } = await used.api.get(`${of('preview')}?count=100`);
    expect(body).toMatchObject({ would: 'run', reason: null });
    expect(body.ticks).toHaveLength(100);
    for (const [index, tick] of body.ticks.entries()) {
      const at = Date.parse(tick.tick_at);
      const late = Date.parse(tick.starts_at) - at;
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThan(300_000);
      expect(late).toBe(Date.parse(body.ticks[0].starts_at) - Date.parse(body.ticks[0].tick_at));
      if (index > 0) expect(at - Date.parse(body.ticks[index - 1].tick_at)).toBe(3_600_000);
    }
    for (const count of [0, 101, 'x'])
      expect((await used.api.get(`${of('preview')}?count=${count}`)).status).toBe(422);
  });

  test('is what happens', async () => {
    const { body: project } = await used.api.post('/api/projects', { name: 'Often' });
    await used.api.send('PUT', '/api/agents/self_check/bindings/project', {
      project_id: project.id,
      schedule: { kind: 'interval', every_seconds: 10 },
    });
    const often = await scheduleOf(
      used.api,
      'self_check',
      (one) => one.project_id === project.id && one.schedule.every_seconds === 10,
    );
    const { body } = await used.api.get(`/api/schedules/${often.id}/preview?count=3`);
    const [tick] = await untilTicks(used.api, often.id, (ticks) => ticks.filter(({ run }) => run));
    const shown = body.ticks.find(({ tick_at }: Json) => tick_at === tick.tick_at);
    const run = await used.api.ended(tick.run.id);
    const [{ due_at }] = (await used.stack.query('SELECT due_at FROM agent_runs WHERE id = $1', [
      run.id,
    ])) as [{ due_at: Date }];
    expect(due_at.toISOString()).toBe(shown.starts_at);
    expect(Date.parse(run.started_at)).toBeGreaterThanOrEqual(due_at.getTime());
    await used.api.send('PATCH', `/api/projects/${project.id}`, { archived: true });
  });
});

describe('a backfill', () => {
  const HOURS = 5;
  const from = new Date(Math.floor(Date.now() / 3_600_000 - HOURS + 1) * 3_600_000).toISOString();
  const to = new Date().toISOString();
  const backfill = (body: object) => used.api.post(of('backfill'), { from, to, ...body });

  /** The rows look as if the schedule had existed for hours without a worker. */
  beforeAll(async () => {
    await used.stack.query(`UPDATE schedule_periods SET since = $2 WHERE schedule_id = $1`, [
      schedule.id,
      new Date(Date.parse(from) - 1),
    ]);
    await used.stack.query(
      `INSERT INTO tick_spans (cadence_id, first_tick, last_tick, ticks, outcome, reason)
       SELECT cadence_id, $2, date_trunc('hour', now()), $3, 'missed', '{"code": "too_late", "message": "Nobody was there."}'
         FROM schedules WHERE id = $1`,
      [schedule.id, from, HOURS],
    );
  });

  test.each([
    ['without the hash of a dry run', { dry_run: false }, 'hash'],
    ['that ends before it begins', { from: to, to: from }, 'to'],
    ['without its end', { to: undefined }, 'to'],
  ])('%s is refused', async (_, body, field) => {
    const answer = await backfill(body);
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(JSON.stringify(answer.body.errors)).toContain(field);
  });

  test('is shown, then done as shown, and not done twice', async () => {
    const { status, body: shown } = await backfill({});
    expect(status).toBe(200);
    expect(shown).toMatchObject({ dry_run: true, agent_runs: [] });
    expect(shown.ticks).toHaveLength(HOURS);
    expect((await backfill({ dry_run: false, hash: 'of something else' })).body.code).toBe('preview_changed');
    const { body: done } = await backfill({ dry_run: false, hash: shown.hash });
    expect(done.ticks).toEqual(shown.ticks);
    expect(done.agent_runs).toHaveLength(HOURS);
    for (const run of done.agent_runs) {
      expect(run).toMatchObject({ priority: 1, labels: ['backfill'], schedule_id: schedule.id });
      expect(await used.api.ended(run.id)).toMatchObject({ status: 'completed' });
    }
    expect(done.agent_runs.map(({ tick_at }: Json) => tick_at).sort()).toEqual(
      shown.ticks.map(({ tick_at }: Json) => tick_at).sort(),
    );
    const ticks = await ledger(used.api, schedule.id);
    expect(ticks.filter(({ run, tick_at }) => run && tick_at <= to)).toHaveLength(HOURS);
    expect((await backfill({})).body.ticks).toEqual([]);
    expect(await backfill({ dry_run: false, hash: shown.hash })).toMatchObject({
      status: 409,
      body: { code: 'preview_changed' },
    });
  });

  test('of more ticks than one may start at once is refused', async () => {
    await used.stack.query(
      `UPDATE schedule_periods SET since = now() - interval '200 hours' WHERE schedule_id = $1`,
      [schedule.id],
    );
    const answer = await backfill({ from: new Date(Date.now() - 199 * 3_600_000).toISOString() });
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(JSON.stringify(answer.body.errors)).toContain('at most 100 ticks');
  });

  test('and a start are refused where the agent is disabled, naming the binding', async () => {
    const binding = await bind(used.api, 'organisation', { enabled: false });
    for (const answer of [await backfill({}), await used.api.post(of('trigger'))]) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'agent_disabled' } });
      expect(answer.body.detail).toContain(binding.id);
    }
    await bind(used.api, 'organisation', { enabled: true });
    const started = await used.api.post(of('trigger'));
    expect(started.status).toBe(201);
    expect(await used.api.ended(started.body.agent_runs[0].id)).toMatchObject({ status: 'completed' });
  });
});

test('a schedule that nobody has is not found', async () => {
  for (const id of ['01890000-0000-7000-8000-000000000000', 'nonsense'])
    expect([404, 422]).toContain((await used.api.get(`/api/schedules/${id}`)).status);
});
