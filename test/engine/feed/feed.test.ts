import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { feedSchema } from '../../../src/engine/feed/feed.dto.js';
import { RUN_STATUSES, type RunStatus } from '../../../workflows/contract/run-state.js';
import { newMember, type Person } from '../../platform/auth/people.js';
import type { Caller, Json } from '../../support/caller.js';
import { expectProblem } from '../../support/problems.js';
import { useApi } from '../../support/use-api.js';

const used = useApi({ AI_QUEUE_STATUS_RETENTION_SECONDS: '60' });
let colleague: Person;

interface Wanted {
  status: RunStatus;
  /** Seconds since it ended, or since it was made where it has not ended. */
  ago?: number;
  agent?: string;
  user_id?: string;
  labels?: string[];
  target?: { type: string; id: string };
  project_id?: string;
}

const ENDED = new Set<RunStatus>(['completed', 'failed', 'timed_out', 'cancelled', 'skipped']);

/** Puts runs in as rows, so that a test decides on their states and times. */
async function put(...wanted: Wanted[]): Promise<string[]> {
  const { organisation_id, user_id } = used.stack.tenant;
  const rows = wanted.map((one) => ({
    agent: 'self_check',
    user_id,
    labels: [],
    ago: 0,
    ...one,
    id: uuidv7(),
    target_type: one.target?.type,
    target_id: one.target?.id,
    ended: ENDED.has(one.status),
  }));
  await used.stack.query(
    `INSERT INTO agent_runs (id, organisation_id, project_id, user_id, agent, trigger, target_type, target_id, input,
       priority, labels, timeout_seconds, status, event_seq, created_at, dispatched_at, finished_at, archived_at)
     SELECT id, $1, project_id, user_id, agent, 'api', target_type, target_id, '{}', 5, labels, 600, status, 1, at, at,
            CASE WHEN ended THEN at END, CASE WHEN ended THEN at END
       FROM jsonb_to_recordset($2::jsonb) AS r(id uuid, project_id uuid, user_id uuid, agent text, target_type text,
              target_id text, labels text[], status text, ended boolean, ago float),
            LATERAL (SELECT now() - ago * interval '1 second' AS at) AS t`,
    [organisation_id, JSON.stringify(rows)],
  );
  return rows.map(({ id }) => id);
}

async function feed(query: string | Record<string, string> = {}, api: Caller = used.api): Promise<Json> {
  const answer = await api.get(`/api/agent-runs?${new URLSearchParams(query)}`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

const idsOf = (runs: Json[]) => runs.map(({ id }) => id);
/** The runs of an answer, without order. */
const found = async (query: string | Record<string, string>, api?: Caller) => {
  const { active, recent } = await feed(query, api);
  return new Set(idsOf([...active, ...recent]));
};

beforeAll(async () => {
  colleague = await newMember(used.api, 'member');
});
beforeEach(() => used.stack.query('DELETE FROM agent_runs'));

describe('the status feed', () => {
  test('is empty where there is nothing', async () => {
    expect(await feed()).toEqual({
      active: [],
      recent: [],
      failures: { count: 0, capped: false, window_seconds: 60, by_agent: [] },
      next_cursor: null,
    });
  });

  test('shows what is under way and what has ended, the newest first, each in its list', async () => {
    const ids = await put(...RUN_STATUSES.map((status, index) => ({ status, ago: 20 - index })));
    const body = await feed();
    expect(idsOf(body.active)).toEqual(ids.slice(0, 4).reverse());
    expect(idsOf(body.recent)).toEqual(ids.slice(4).reverse());
    expect(body.active.map(({ status }: Json) => status)).toEqual([
      'waiting',
      'running',
      'throttled',
      'queued',
    ]);
    expect(body.failures).toEqual({
      count: 2,
      capped: false,
      window_seconds: 60,
      by_agent: [{ agent: 'self_check', count: 2 }],
    });
    expect(feedSchema.parse(body)).toEqual(body);
  });

  test('shows a run as the run itself does, but for its input, result and outputs', async () => {
    const { id } = await used.api.start({
      agent: 'self_check',
      input: { steps: 3 },
      labels: ['a', 'b'],
      target: { type: 'doc', id: '1' },
      project_id: used.stack.tenant.project_id,
      priority: 'HIGH',
    });
    await used.api.until(id, ({ dispatched_at }) => dispatched_at !== null);
    const { input, result, outputs, ...run } = await used.api.run(id);
    expect({ input, result, outputs }).toMatchObject({ input: { steps: 3 }, result: null, outputs: [] });
    expect((await feed()).active).toEqual([run]);
    await used.api.post(`/api/agent-runs/${id}/cancel`);
  });

  test('says why a run waits', async () => {
    await put({ status: 'queued' });
    const reason = async () => (await feed()).active[0].wait_reason.code;
    expect(await reason()).toBe('no_worker');
    const { name } = used.stack;
    await used.stack.query(`INSERT INTO workers VALUES ('w', $1, now(), now())`, [name]);
    expect(await reason()).toBe('worker_busy');
    await used.stack.query(`UPDATE workers SET seen_at = now() - interval '11 seconds'`);
    expect(await reason()).toBe('no_worker');
    await used.stack.query(`UPDATE workers SET task_queue = 'another', seen_at = now()`);
    expect(await reason()).toBe('no_worker');
    await used.stack.query('DELETE FROM workers');
  });
});

describe('the window', () => {
  test('leaves out what ended before it, never what is under way', async () => {
    const [inside, , old] = await put(
      { status: 'failed', ago: 30 },
      { status: 'failed', ago: 90 },
      { status: 'running', ago: 90_000 },
    );
    const body = await feed();
    expect(idsOf(body.recent)).toEqual([inside]);
    expect(idsOf(body.active)).toEqual([old]);
    expect(body.failures).toMatchObject({ count: 1, by_agent: [{ agent: 'self_check', count: 1 }] });
    await used.stack.query(`UPDATE agent_runs SET finished_at = finished_at - interval '31 seconds'`);
    expect(await feed()).toMatchObject({ recent: [], failures: { count: 0, by_agent: [] } });
  });

  test('is widened by since, narrowed by until; the failures keep to it', async () => {
    const [late, early, before] = await put(
      { status: 'failed', ago: 20 },
      { status: 'failed', ago: 40 },
      { status: 'failed', ago: 7200 },
    );
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
    const shown = async (query: Record<string, string>) => idsOf((await feed(query)).recent);
    expect(await shown({})).toEqual([late, early]);
    expect(await shown({ since: ago(10_000) })).toEqual([late, early, before]);
    expect(await shown({ since: ago(30) })).toEqual([late]);
    expect(await shown({ until: ago(30) })).toEqual([early]);
    expect(await shown({ since: ago(10_000), until: ago(30) })).toEqual([early, before]);
    expect(await shown({ since: ago(10_000), until: ago(10_000) })).toEqual([]);
    const shifted = new Date(Date.now() - 30_000 + 20 * 3_600_000).toISOString().replace('Z', '+20:00');
    expect(await shown({ since: shifted })).toEqual([late]);
    expect((await feed({ since: ago(10_000) })).failures.count).toBe(2);
  });

  test('of what is under way, since and until look at when it was made', async () => {
    const [fresh, old] = await put({ status: 'queued', ago: 10 }, { status: 'running', ago: 600 });
    const moment = new Date(Date.now() - 300_000).toISOString();
    expect(idsOf((await feed({ since: moment })).active)).toEqual([fresh]);
    expect(idsOf((await feed({ until: moment })).active)).toEqual([old]);
  });
});

describe('failures', () => {
  test('are counted by agent, the most first', async () => {
    await put(
      ...(['failed', 'timed_out', 'failed'] as const).map((status) => ({ status, agent: 'zeta' })),
      { status: 'failed', agent: 'alpha' },
      { status: 'timed_out', agent: 'beta' },
      ...(['completed', 'cancelled', 'skipped', 'running'] as const).map((status) => ({
        status,
        agent: 'fine',
      })),
    );
    const by_agent = [
      { agent: 'zeta', count: 3 },
      { agent: 'alpha', count: 1 },
      { agent: 'beta', count: 1 },
    ];
    expect((await feed()).failures).toMatchObject({ count: 5, capped: false, by_agent });
    expect((await feed({ agent: 'zeta,beta' })).failures).toMatchObject({ count: 4 });
  });

  test('beyond a thousand are not counted one by one', async () => {
    await put(...Array.from({ length: 1005 }, () => ({ status: 'failed' as const })));
    expect((await feed({ limit: '1' })).failures).toMatchObject({ count: 1000, capped: true });
  });
});

describe('scope', () => {
  test("is one's own runs unless the organisation's are asked for", async () => {
    const [mine, , theirs] = await put(
      { status: 'running' },
      { status: 'failed' },
      { status: 'running', user_id: colleague.user_id },
      { status: 'failed', user_id: colleague.user_id },
    );
    for (const query of ['', 'scope=mine']) {
      expect(idsOf((await feed(query)).active)).toEqual([mine]);
      expect((await feed(query)).failures.count).toBe(1);
      expect(idsOf((await feed(query, colleague.api)).active)).toEqual([theirs]);
    }
    for (const api of [used.api, colleague.api]) {
      const body = await feed({ scope: 'organisation' }, api);
      expect(idsOf(body.active)).toEqual([theirs, mine]);
      expect(body.failures.count).toBe(2);
    }
  });
});

describe('filters', () => {
  test('by agent: one, several in one parameter, several parameters', async () => {
    const [a, b, c] = await put(
      { status: 'running', agent: 'a' },
      { status: 'completed', agent: 'b' },
      { status: 'running', agent: 'c' },
    );
    expect(await found({ agent: 'a' })).toEqual(new Set([a]));
    expect(await found('agent=a,b')).toEqual(new Set([a, b]));
    expect(await found('agent=b&agent=c')).toEqual(new Set([b, c]));
    expect(await found({ agent: 'd' })).toEqual(new Set());
  });

  test('by status', async () => {
    const ids = await put(...RUN_STATUSES.map((status) => ({ status })));
    for (const [index, status] of RUN_STATUSES.entries())
      expect(await found({ status })).toEqual(new Set([ids[index]]));
    expect(await found({ status: 'queued,failed' })).toEqual(new Set([ids[0], ids[5]]));
  });

  test('by target: its type, or its type and id, which may hold colons and lines', async () => {
    const [one, two, , odd] = await put(
      { status: 'running', target: { type: 'doc', id: '1' } },
      { status: 'completed', target: { type: 'doc', id: '2' } },
      { status: 'running', target: { type: 'docs', id: '1' } },
      { status: 'running', target: { type: 'url', id: 'https://a.test:80/?q=1\n' } },
      { status: 'running' },
    );
    expect(await found({ target: 'doc' })).toEqual(new Set([one, two]));
    expect(await found({ target: 'doc:1' })).toEqual(new Set([one]));
    expect(await found({ target: 'url:https://a.test:80/?q=1\n' })).toEqual(new Set([odd]));
    expect(await found({ target: 'doc:3' })).toEqual(new Set());
  });

  test('by labels: a run carries all of them', async () => {
    const [both, one] = await put(
      { status: 'running', labels: ['a', 'b'] },
      { status: 'completed', labels: ['a'] },
      { status: 'running', labels: ['b', 'A'] },
      { status: 'running' },
    );
    expect(await found({ label: 'a' })).toEqual(new Set([both, one]));
    expect(await found('label=a,b')).toEqual(new Set([both]));
    expect(await found('label=b&label=a')).toEqual(new Set([both]));
    expect(await found({ label: '%' })).toEqual(new Set());
  });

  test('by project', async () => {
    const { project_id } = used.stack.tenant;
    const [inside] = await put({ status: 'running', project_id }, { status: 'running' });
    expect(await found({ project_id })).toEqual(new Set([inside]));
    expect(await found({ project_id: randomUUID() })).toEqual(new Set());
  });

  test('together', async () => {
    const fitting = { status: 'running', agent: 'a', labels: ['x'], target: { type: 't', id: '1' } } as const;
    const wanted = { ...fitting, labels: ['x'] };
    const [right] = await put(
      wanted,
      { ...wanted, agent: 'b' },
      { ...wanted, labels: ['y'] },
      { ...wanted, target: { type: 't', id: '2' } },
      { ...wanted, status: 'completed' },
      { ...wanted, user_id: colleague.user_id },
    );
    const query = { agent: 'a', label: 'x', target: 't:1', status: 'running' };
    expect(await found(query)).toEqual(new Set([right]));
  });
});

describe('pages', () => {
  async function* pages(query: Record<string, string>): AsyncGenerator<Json> {
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Json = await feed({ ...query, ...(cursor ? { cursor } : {}) });
      yield page;
      cursor = page.next_cursor;
    }
  }
  const many = (count: number, wanted: (index: number) => Wanted) =>
    put(...Array.from({ length: count }, (_, index) => wanted(index)));

  test.each([1, 37, 100, 200])('of %i show every run once while more are added', async (limit) => {
    const sizes = limit === 1 ? { active: 9, ended: 6 } : { active: 110, ended: 140 };
    const active = await many(sizes.active, () => ({ status: 'running' }));
    const ended = await many(sizes.ended, (index) => ({
      status: 'completed',
      ago: 40 - Math.floor(index / 20),
    }));
    const seen: string[] = [];
    for await (const page of pages({ limit: `${limit}` })) {
      expect(Math.max(page.active.length, page.recent.length)).toBeLessThanOrEqual(limit);
      seen.push(...idsOf(page.active), ...idsOf(page.recent));
      await put({ status: 'queued' }, { status: 'failed' }, { status: 'completed', ago: 1 });
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(new Set(seen)).toEqual(new Set([...active, ...ended]));
  });

  test('keep to their filters and their order', async () => {
    const wanted = await many(25, (index) => ({ status: 'completed', ago: 1 + index, agent: 'a' }));
    await many(25, (index) => ({ status: 'completed', ago: 1.5 + index, agent: 'b' }));
    const seen: string[] = [];
    for await (const page of pages({ agent: 'a', limit: '10' })) seen.push(...idsOf(page.recent));
    expect(seen).toEqual(wanted);
  });

  test('end where they fit exactly', async () => {
    await many(10, () => ({ status: 'running' }));
    expect((await feed({ limit: '10' })).next_cursor).toBeNull();
    expect((await feed({ limit: '9' })).next_cursor).toEqual(expect.any(String));
  });

  test.each([
    ['nonsense', 'nonsense'],
    ['base64 of nonsense', Buffer.from('nonsense').toString('base64url')],
    ['an empty object', Buffer.from('{}').toString('base64url')],
    ['null', Buffer.from('null').toString('base64url')],
    ['a piece of SQL', Buffer.from(`{"active":"' OR 1=1","recent":null}`).toString('base64url')],
    ['a field too many', Buffer.from('{"active":null,"recent":null,"x":1}').toString('base64url')],
    ['a day that is none', cursorAt('2026-02-30T00:00:00Z')],
    ['nothing', ''],
  ])('take no cursor that is %s', async (_, cursor) => {
    const answer = await used.api.get(`/api/agent-runs?cursor=${encodeURIComponent(cursor)}`);
    expectProblem(answer, 'invalid_cursor');
  });

  test.each(['0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])(
    'take a cursor of the farthest time %s',
    async (at) => {
      expect(await feed({ cursor: cursorAt(at) })).toMatchObject({ active: [] });
    },
  );
});

function cursorAt(at: string): string {
  const recent = { at, id: '01890000-0000-7000-8000-000000000000' };
  return Buffer.from(JSON.stringify({ active: null, recent })).toString('base64url');
}

describe('a query', () => {
  test.each([
    ['scope', 'all'],
    ['limit', '0'],
    ['limit', '201'],
    ['limit', '-1'],
    ['limit', '1.5'],
    ['limit', 'ten'],
    ['limit', ''],
    ['status.0', 'done'],
    ['status.1', 'failed,done'],
    ['target', ':1'],
    ['target', 'doc:'],
    ['target', ''],
    ['target', 'a\u0000b'],
    ['agent.0', 'a\u0000b'],
    ['agent', Array.from({ length: 21 }, () => 'a').join()],
    ['label.0', '\u0000'],
    ['label.1', 'a,'],
    ['project_id', '1'],
    ['since', 'yesterday'],
    ['since', '2026-02-30T00:00:00Z'],
    ['until', '2026-01-01'],
    ['cursor', 'x'.repeat(501)],
    ['colour', 'red'],
    ['organisation_id', randomUUID()],
    ['__proto__', 'x'],
  ])('with %s=%j is refused', async (field, value) => {
    const [name = ''] = field.split('.');
    const query = new URLSearchParams([[name, value]]);
    expectProblem(await used.api.get(`/api/agent-runs?${query}`), 'validation_failed', field);
  });

  test('takes a limit from 1 to 200', async () => {
    await put({ status: 'running' }, { status: 'running' });
    expect((await feed({ limit: '1' })).active).toHaveLength(1);
    expect((await feed({ limit: '200' })).active).toHaveLength(2);
  });

  test('takes times from the first year to the last', async () => {
    for (const since of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-23:59', '2026-01-01T00:00:00+23:59'])
      await feed({ since, until: since });
  });

  test('of any kind is never answered with a fault of the server', async () => {
    const names = [...'scope agent status target label project_id since until limit cursor'.split(' '), 'x'];
    const awkward = ['\u0000', '\ud800', '%', "'", 'a,b', ':', '-1', '1e9', '9'.repeat(20), 'null', '[]'];
    const value = fc.oneof(
      fc.constantFrom(...awkward),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(...RUN_STATUSES, 'mine', '5'),
      fc
        .date({ noInvalidDate: true, min: new Date(-62e12), max: new Date(253e12) })
        .map((date) => date.toISOString()),
      fc.uuid(),
    );
    const query = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(query, async (pairs) => {
        const answer = await used.api.get(`/api/agent-runs?${new URLSearchParams(pairs)}`);
        expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
  });

  test('of events takes any place in them, and a limit from 1 to 1000', async () => {
    const { id } = await used.api.start({ agent: 'self_check' });
    const path = `/api/agent-runs/${id}/events`;
    const [event] = (await used.api.get(path)).body.events;
    expect((await used.api.get(`${path}?after=0&limit=1`)).body).toEqual({ events: [event], next_after: 1 });
    expect((await used.api.get(`${path}?after=1`)).body).toEqual({ events: [], next_after: null });
    expect((await used.api.get(`${path}?after=2147483647`)).body.events).toEqual([]);
    for (const [field, value] of [
      ['after', '2147483648'],
      ['after', '-1'],
      ['limit', '0'],
      ['limit', '1001'],
      ['x', '1'],
    ])
      expectProblem(await used.api.get(`${path}?${field}=${value}`), 'validation_failed', field);
    await used.api.post(`/api/agent-runs/${id}/cancel`);
  });
});
