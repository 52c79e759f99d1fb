import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { dayParts } from '../../agents/day-parts.js';
import { localTime } from '../../src/engine/cadences/local-time.js';
import * as daily from '../../src/workspace/daily/daily.store.js';
import { setPart } from '../../src/workspace/daily/day-part.store.js';
import { newMember, type Person } from '../platform/auth/people.js';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { expectProblem } from '../support/problems.js';
import { useWorkspace } from './workspace.js';

const used = useWorkspace();
let member: Person;
beforeAll(async () => {
  member = await newMember(used.api, 'member');
});

const placeOf = (project_id: string) => ({ organisation_id: used.stack.tenant.organisation_id, project_id });
const sessionAt = (project_id: string, moment: string, user_id = used.stack.tenant.user_id) =>
  used.db.transaction((tx) => daily.sessionOf(tx, placeOf(project_id), user_id, new Date(moment)));
const today = async (api = used.api, project = used.project): Promise<Json> =>
  ok(await api.get(`${project}/today`));
const plan = (body: object, api = used.api) => api.send('PUT', `${used.project}/today/plan`, body);

describe('today', () => {
  test('is made by the first look at it, once', async () => {
    const project = `/api/projects/${await used.newProject({ time_zone: 'Pacific/Kiritimati' })}`;
    const looks = await Promise.all(Array.from({ length: 5 }, () => today(used.api, project)));
    expect(new Set(looks.map(({ id }) => id)).size).toBe(1);
    expect(looks[0]).toMatchObject({ plan: null, pulse: null, review: null, scan: null });
    const { sessions } = ok(await used.api.get(`${project}/daily-sessions`));
    expect(sessions).toEqual([looks[0]]);
  });

  test("is each person's own: plan and check-ins are nobody else's", async () => {
    const planned = ok(await plan({ plan: 'Talk to nobody.' }, member.api));
    expect(planned).toMatchObject({ user_id: member.user_id, plan: 'Talk to nobody.' });
    const said = ok(await member.api.post(`${used.project}/checkins`, { body: 'Tired of it.' }), 201);
    expect(said).toMatchObject({ session_id: planned.id, day: planned.day, coaching: null, run_id: null });
    expect((await today(member.api)).plan).toBe('Talk to nobody.');
    const seen = await Promise.all(
      ['today', 'daily-sessions', 'checkins'].map((path) => used.api.get(`${used.project}/${path}`)),
    );
    for (const answer of seen) expect(JSON.stringify(ok(answer))).not.toMatch(/nobody|Tired/);
    expect((await today()).id).not.toBe(planned.id);
  });

  test('keeps the plan that was written last, and takes it back', async () => {
    ok(await plan({ plan: 'One' }));
    expect(ok(await plan({ plan: 'Two' })).plan).toBe('Two');
    expect(ok(await plan({ plan: null })).plan).toBeNull();
  });

  test.each<[string, object, string]>([
    ['nothing', {}, 'plan'],
    ['an empty plan', { plan: '' }, 'plan'],
    ['a NUL character', { plan: 'a\u0000' }, 'plan'],
    ['too much', { plan: 'x'.repeat(100_001) }, 'plan'],
    ['another day', { plan: 'x', day: '2026-01-01' }, 'day'],
  ])('takes no plan of %s', async (_, body, field) => {
    expectProblem(await plan(body), 'validation_failed', field);
  });
});

describe('the day of a session', () => {
  test.each([
    ['Asia/Kathmandu', '2026-11-20T18:14:59.999Z', '2026-11-20'],
    ['Asia/Kathmandu', '2026-11-20T18:15:00Z', '2026-11-21'],
    ['Europe/Berlin', '2026-03-28T22:59:59.999Z', '2026-03-28'],
    ['Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-29'],
    ['Europe/Berlin', '2026-03-29T21:59:59.999Z', '2026-03-29'],
    ['Europe/Berlin', '2026-03-29T22:00:00Z', '2026-03-30'],
    ['Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25'],
    ['Europe/Berlin', '2026-10-25T22:59:59.999Z', '2026-10-25'],
    ['Europe/Berlin', '2026-10-25T23:00:00Z', '2026-10-26'],
    ['Pacific/Kiritimati', '2026-11-20T10:00:00Z', '2026-11-21'],
    ['Pacific/Pago_Pago', '2026-11-20T10:59:59Z', '2026-11-19'],
  ])('in %s at %s is %s', async (time_zone, moment, day) => {
    const project_id = await used.newProject({ time_zone });
    expect((await sessionAt(project_id, moment)).day).toBe(day);
  });

  test("is what the zone's clock shows, at any moment of the past", async () => {
    const zones = ['Asia/Kathmandu', 'America/Havana', 'Australia/Lord_Howe', 'America/New_York'];
    const projects = new Map<string, string>();
    for (const zone of zones) projects.set(zone, await used.newProject({ time_zone: zone }));
    const moment = fc.date({ min: new Date('2010-01-01'), max: new Date('2024-12-31'), noInvalidDate: true });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...zones), moment, async (zone, at) => {
        const session = await sessionAt(projects.get(zone)!, at.toISOString());
        expect(session.day).toBe(localTime(at, zone).slice(0, 10));
      }),
      { numRuns: 60 },
    );
  });
});

/** A part like those that agents leave. */
const span = { since: '2026-03-01T00:00:00.000Z', until: '2026-03-01T12:00:00.000Z' };
const counts = { docs_written: 0, messages: 0, checkins: 0 };
const contents: Record<string, Record<string, unknown>> = {
  pulse: {
    ...{ changed: true, note: null, ...span, headline: 'TCK-7 is done.', points: [] },
    counts: { ...counts, tickets_changed: 1, tickets_blocked: 0 },
  },
  review: {
    ...{ active: true, note: null, day: '2026-03-01', ...span, as_of: span.until },
    ...{ summary: 'Well done.', went_well: [], needs_attention: [], suggestions: [] },
    counts: {
      ...{ ...counts, tickets_opened: 0, tickets_ended: 1, tickets_blocked: 0, tickets_stale: 0 },
      ...{ proposals_waiting: 0, proposals_waiting_for_you: 0 },
    },
  },
  scan: {
    ...{ by: null, tickets: 0, pairs: 0, duplicates: 0, conflicts: 0, unrelated: 0, left: 0 },
    ...{ accepted: 0, known: 0, dropped: 0, note: null, found: [], inbox: '/api/projects/p/inbox' },
  },
};

describe('what agents write', () => {
  test('is in the session, and the coaching with its check-in', async () => {
    const session = await today();
    const said = ok(await used.api.post(`${used.project}/checkins`, { body: 'Done with TCK-7.' }), 201);
    const run_id = randomUUID();
    const run = { ...placeOf(used.stack.tenant.project_id), run_id, models: ['a model'] };
    const label = { run_id, models: ['a model'] };
    await used.db.transaction(async (tx) => {
      for (const part of dayParts) {
        const now = await daily.sessionOf(tx, run, session.user_id, new Date());
        await setPart(tx, run, [now], part, contents[part.name]!);
      }
      await daily.setCoaching(tx, run, said.id, 'Rest now.');
    });
    expect(await today()).toMatchObject({
      pulse: { ...label, ...contents.pulse },
      review: { ...label, ...contents.review },
      scan: { ...label, ...contents.scan },
    });
    const { checkins } = ok(await used.api.get(`${used.project}/checkins?day=${said.day}&limit=1`));
    expect(checkins).toMatchObject([{ id: said.id, coaching: 'Rest now.', ...label }]);
  });

  test('goes nowhere but into its own project', async () => {
    const [session, elsewhere] = [await today(), placeOf(await used.newProject())];
    const run = { ...elsewhere, run_id: randomUUID(), models: [] };
    const own = await sessionAt(used.stack.tenant.project_id, new Date().toISOString());
    for (const part of dayParts)
      await expect(used.db.transaction((tx) => setPart(tx, run, [own], part, {}))).rejects.toThrow();
    const plan = used.db.transaction((tx) => daily.setPlan(tx, run, session.id, 'x'));
    await expect(plan).rejects.toThrow();
    const unknown = used.db.transaction((tx) =>
      daily.sessionOf(tx, placeOf(randomUUID()), session.user_id, new Date()),
    );
    await expect(unknown).rejects.toThrow();
  });

  test('a replica of an older build, which knows a column for each part, writes and reads the same', async () => {
    const { id } = await sessionAt(used.stack.tenant.project_id, '2026-03-01T12:00:00Z');
    const column = (name: string, value: object) =>
      used.stack.query(`UPDATE daily_sessions SET ${name} = $2 WHERE id = $1`, [id, value]);
    await column('scan', { found: [] });
    await column('pulse', { headline: 'Old', note: null });
    const session = () => sessionAt(used.stack.tenant.project_id, '2026-03-01T12:00:00Z');
    expect((await session()).parts).toEqual({ scan: { found: [] }, pulse: { headline: 'Old', note: null } });
    const [pulse] = dayParts;
    const run = { ...placeOf(used.stack.tenant.project_id), run_id: randomUUID(), models: [] };
    const [own] = [await session()];
    await used.db.transaction((tx) => setPart(tx, run, [own], pulse!, { headline: 'New' }));
    const [row] = await used.stack.query<Json>('SELECT pulse, scan FROM daily_sessions WHERE id = $1', [id]);
    expect(row).toMatchObject({ pulse: { headline: 'New' }, scan: { found: [] } });
  });
});

test('sessions and check-ins are read page by page, the latest first', async () => {
  const project_id = await used.newProject({ time_zone: 'Asia/Kathmandu' });
  const { user_id } = used.stack.tenant;
  for (const moment of ['2026-01-02T00:00:00Z', '2026-01-01T18:14:00Z', '2026-01-01T18:15:00Z'])
    await used.db.transaction((tx) =>
      daily.addCheckin(tx, placeOf(project_id), user_id, moment, new Date(moment)),
    );
  const path = `/api/projects/${project_id}`;
  const page = ok(await used.api.get(`${path}/daily-sessions?limit=1`));
  expect(page).toMatchObject({ sessions: [{ day: '2026-01-02' }], next_before: '2026-01-02' });
  const next = ok(await used.api.get(`${path}/daily-sessions?before=2026-01-02`));
  expect(next).toMatchObject({ sessions: [{ day: '2026-01-01' }], next_before: null });
  const of = async (query: string) =>
    ok(await used.api.get(`${path}/checkins?${query}`)).checkins.map(({ body }: Json) => body);
  expect(await of('day=2026-01-02')).toEqual(['2026-01-01T18:15:00Z', '2026-01-02T00:00:00Z']);
  expect(await of('day=2026-01-01')).toEqual(['2026-01-01T18:14:00Z']);
  const first = ok(await used.api.get(`${path}/checkins?limit=2`));
  expect(await of(`before=${first.next_before}`)).toEqual(['2026-01-02T00:00:00Z']);
  for (const query of ['day=2026-02-30', 'day=0000-01-01', 'day=today', 'before=x'])
    expect((await used.api.get(`${path}/checkins?${query}`)).body.code).toBe('validation_failed');
});
