import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { addCheckin } from '../../src/workspace/daily/daily.store.js';
import { type Numbers, numbersOf } from '../../src/workspace/snapshots/numbers.store.js';
import { draftSnapshot } from '../../src/workspace/snapshots/snapshot.store.js';
import { newMember } from '../platform/auth/people.js';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { expectProblem } from '../support/problems.js';
import { aNote, useWorkspace } from './workspace.js';

const used = useWorkspace();
const placeOf = (project_id: string) => ({ organisation_id: used.stack.tenant.organisation_id, project_id });
const numbers = (project_id: string, from_day: string, to_day = from_day): Promise<Numbers> =>
  numbersOf(used.db, placeOf(project_id), from_day, to_day);
const request = (body: object, api = used.api) => api.post(`${used.project}/snapshots`, body);
const NONE: Numbers = {
  tickets: { opened: 0, closed: 0, blocked: 0 },
  docs: { written: 0 },
  messages: 0,
  checkins: 0,
  runs: [],
  tokens: { input: 0, output: 0 },
  cost_usd: 0,
};

describe('a snapshot', () => {
  test('is asked for, and waits for its draft', async () => {
    const period = { from_day: '2026-11-01', to_day: '2026-11-30' };
    const { agent_runs, ...made } = ok(await request(period), 201);
    expect(agent_runs).toMatchObject([{ agent: 'snapshot_generator', target: { id: made.id } }]);
    expect(made).toMatchObject({ ...period, status: 'requested', body: null, numbers: null, version: 1 });
    expect(made).toMatchObject({ title: '2026-11-01 – 2026-11-30', requested_by: used.stack.tenant.user_id });
    expect(ok(await used.api.get(`/api/snapshots/${made.id}`))).toEqual(made);
    expect(ok(await request({ ...period, title: 'November' }), 201).title).toBe('November');
  });

  test('is drafted once by a run, and again by another', async () => {
    const { id } = await used.snapshot();
    const draft = (run_id: string, body = 'A draft', project_id = used.stack.tenant.project_id) =>
      used.db.transaction((tx) =>
        draftSnapshot(tx, { ...placeOf(project_id), run_id, models: ['a model'] }, id, {
          body,
          numbers: NONE,
        }),
      );
    const run_id = randomUUID();
    expect([await draft(run_id), await draft(run_id)]).toEqual([2, 2]);
    const target = { type: 'snapshot' as const, id, version: 2 };
    const stale = await used.proposed(aNote({ kind: 'snapshot', target }));
    expect(await draft(randomUUID(), 'Another')).toBe(3);
    expectProblem(await used.api.post(`/api/proposals/${stale}/accept`), 'target_changed');
    ok(await used.api.post(`/api/proposals/${stale}/reject`));
    const shown = ok(await used.api.get(`/api/snapshots/${id}`));
    expect(shown).toMatchObject({ status: 'draft', body: 'Another', numbers: NONE, models: ['a model'] });
    await expect(draft(randomUUID(), 'x', randomUUID())).rejects.toThrow();
    const now = { ...target, version: 3 };
    ok(
      await used.api.post(
        `/api/proposals/${await used.proposed(aNote({ kind: 'snapshot', target: now }))}/accept`,
      ),
    );
    await expect(draft(randomUUID())).rejects.toThrow();
  });

  test('is listed by its status, page by page, and asked for by no viewer', async () => {
    const { api } = await newMember(used.api, 'viewer');
    const made = [await used.snapshot(), await used.snapshot()].reverse();
    const page = ok(await api.get(`${used.project}/snapshots?status=requested&limit=1`));
    expect(page).toEqual({ snapshots: [made[0]], next_before: made[0].id });
    const next = ok(await api.get(`${used.project}/snapshots?limit=1&before=${page.next_before}`));
    expect(next.snapshots).toEqual([made[1]]);
    const { snapshots } = ok(await api.get(`${used.project}/snapshots?status=published&limit=200`));
    expect(snapshots.every(({ status }: Json) => status === 'published')).toBe(true);
    expectProblem(await request({ from_day: '2026-01-01', to_day: '2026-01-01' }, api), 'forbidden');
  });

  test.each<[object, string]>([
    [{ from_day: '2026-11-02', to_day: '2026-11-01' }, 'to_day'],
    [{ from_day: '2025-01-01', to_day: '2026-01-02' }, 'to_day'],
    [{ from_day: '2026-02-30', to_day: '2026-03-01' }, 'from_day'],
    [{ from_day: '0000-01-01', to_day: '0000-01-02' }, 'from_day'],
    [{ from_day: '2026-11-01T00:00:00Z', to_day: '2026-11-02' }, 'from_day'],
    [{ from_day: '2026-11-01' }, 'to_day'],
    [{ from_day: '2026-11-01', to_day: '2026-11-01', title: 'a\u0000' }, 'title'],
    [{ from_day: '2026-11-01', to_day: '2026-11-01', status: 'published' }, 'status'],
  ])('of %j is refused', async (body, field) => {
    expectProblem(await request(body), 'validation_failed', field);
  });
});

describe('the numbers of a period', () => {
  const checkIn = (project_id: string, moment: string) =>
    used.db.transaction((tx) =>
      addCheckin(tx, placeOf(project_id), used.stack.tenant.user_id, moment, new Date(moment)),
    );

  test.each<[string, string, string[], string[]]>([
    [
      'Asia/Kathmandu',
      '2026-11-21',
      ['2026-11-20T18:15:00Z', '2026-11-21T18:14:59.999Z'],
      ['2026-11-20T18:14:59.999Z', '2026-11-21T18:15:00Z'],
    ],
    [
      'Europe/Berlin',
      '2026-03-29',
      ['2026-03-28T23:00:00Z', '2026-03-29T21:59:59.999Z'],
      ['2026-03-28T22:59:59.999Z', '2026-03-29T22:00:00Z'],
    ],
    [
      'Europe/Berlin',
      '2026-10-25',
      ['2026-10-24T22:00:00Z', '2026-10-25T22:59:59.999Z'],
      ['2026-10-24T21:59:59.999Z', '2026-10-25T23:00:00Z'],
    ],
    [
      'America/Havana',
      '2026-11-01',
      ['2026-11-01T04:00:00Z', '2026-11-02T04:59:59.999Z'],
      ['2026-11-01T03:59:59.999Z', '2026-11-02T05:00:00Z'],
    ],
  ])('in %s the day %s begins and ends by its own clock', async (time_zone, day, inside, outside) => {
    const project_id = await used.newProject({ time_zone });
    for (const moment of [...inside, ...outside]) await checkIn(project_id, moment);
    expect(await numbers(project_id, day)).toEqual({ ...NONE, checkins: inside.length });
  });

  describe('of one project', () => {
    let project_id: string;
    const [before, within, after] = ['2026-05-31T23:59:59Z', '2026-06-15T12:00:00Z', '2026-07-01T00:00:00Z'];

    beforeAll(async () => {
      project_id = await used.newProject();
      const elsewhere = await used.newProject();
      for (const place of [placeOf(project_id), placeOf(elsewhere)]) await fill(place);
    });

    async function fill({ organisation_id, project_id }: ReturnType<typeof placeOf>) {
      const put = (sql: string, values: unknown[]) =>
        used.stack.query(sql, [organisation_id, project_id, ...values]);
      const tickets: [string, string | null, string][] = [
        [before, within, 'closed'],
        [within, null, 'blocked'],
        [within, after, 'done'],
        [after, null, 'blocked'],
      ];
      for (const [created, closed, status] of tickets)
        await put(
          `INSERT INTO tickets (id, organisation_id, project_id, number, title, body, status, labels, created_at, closed_at)
           SELECT gen_random_uuid(), $1, $2, 1 + count(*), 'x', 'x', $3, '{}', $4, $5 FROM tickets`,
          [status, created, closed],
        );
      for (const [created, revised] of [
        [before, within],
        [within, within],
        [before, after],
      ])
        await put(
          `WITH d AS (INSERT INTO docs (id, organisation_id, project_id, title, body, created_at)
             VALUES (gen_random_uuid(), $1, $2, 'x', 'x', $3) RETURNING id)
           INSERT INTO doc_revisions (doc_id, revision, title, body, at) SELECT id, 2, 'x', 'x', $4 FROM d`,
          [created, revised],
        );
      for (const [metadata, at] of [
        ['{}', within],
        ['{"internal": true}', within],
        ['{}', after],
      ])
        await put(
          `WITH t AS (INSERT INTO threads (id, organisation_id, project_id, channel, title)
             VALUES (gen_random_uuid(), $1, $2, 'chat', 'x') RETURNING id),
           e AS (INSERT INTO raw_events (id, organisation_id, project_id, kind, data)
             VALUES (gen_random_uuid(), $1, $2, 'turn', '{}') RETURNING id)
           INSERT INTO messages (id, organisation_id, project_id, thread_id, raw_event_id, role, body, metadata, at)
           SELECT gen_random_uuid(), $1, $2, t.id, e.id, 'user', 'x', $3::jsonb, $4 FROM t, e`,
          [metadata, at],
        );
      for (const [agent, status, at] of [
        ['a', 'completed', within],
        ['a', 'completed', within],
        ['a', 'failed', within],
        ['b', 'completed', within],
        ['b', 'completed', after],
      ])
        await put(
          `WITH r AS (INSERT INTO agent_runs (id, organisation_id, project_id, agent, trigger, input, priority, labels,
               timeout_seconds, status, created_at, finished_at, dispatched_at, archived_at)
             VALUES (gen_random_uuid(), $1, $2, $3, 'manual', '{}', 5, '{}', 60, $4, $5, $5, $5, $5) RETURNING id)
           INSERT INTO agent_run_model_calls (run_id, key, kind, tries, requested_model, status, input_tokens,
             output_tokens, cost_usd, duration_ms)
           SELECT id, 'k', 'respond', 1, 'm', 'answered', 100, 10, 0.25, 5 FROM r`,
          [agent, status, at],
        );
    }

    test('count what happened in it, there and then', async () => {
      expect(await numbers(project_id, '2026-06-01', '2026-06-30')).toEqual({
        tickets: { opened: 2, closed: 1, blocked: 1 },
        docs: { written: 2 },
        messages: 1,
        checkins: 0,
        runs: [
          { agent: 'a', status: 'completed', runs: 2 },
          { agent: 'a', status: 'failed', runs: 1 },
          { agent: 'b', status: 'completed', runs: 1 },
        ],
        tokens: { input: 400, output: 40 },
        cost_usd: 1,
      });
    });

    test('of days without anything are none, and of no project there are none', async () => {
      expect(await numbers(project_id, '2020-01-01', '2020-12-31')).toEqual(NONE);
      await expect(numbers(randomUUID(), '2026-06-01')).rejects.toThrow();
    });
  });
});
