import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Seeded } from '../../../src/commands/seed.js';
import { makers } from '../../api/one-of-each.js';
import { isOpen, leastBody, type Operation, operations, withId } from '../../api/operations.js';
import { publishedAgent } from '../../engine/agents/own-agents.js';
import { scheduleOf } from '../../engine/schedules/followed-schedules.js';
import { ok } from '../../support/answers.js';
import type { Answer, Caller, Json } from '../../support/caller.js';
import { EventSource } from '../../support/event-source.js';
import { expectProblem } from '../../support/problems.js';
import { LONG, useStack } from '../../support/stack.js';

const used = useStack({ DOC_REVIEW_DELAY_SECONDS: '0' });
let theirs: Seeded & { api_key: string };
let them: Caller;
let routes: Operation[];
/** One thing of theirs for each family of paths that takes an id. */
const ids: Record<string, string> = {};

beforeAll(async () => {
  theirs = await used.stack.seed('Globex', 'owner@globex.test');
  them = used.stack.caller(used.url, theirs.api_key);
  for (const [family, make] of Object.entries(makers(used.stack, them, theirs, 'globex')))
    if (!['agents', 'api-keys', 'members', 'projects'].includes(family)) ids[family] = await make();
  await them.ended(ids['agent-runs'] ?? '');
  const keys = (await them.get('/api/api-keys')).body.api_keys;
  ids.projects = theirs.project_id;
  ids.members = theirs.user_id;
  ids['api-keys'] = keys[0].id;
  const binding = await them.send('PUT', '/api/agents/self_check/bindings/organisation', {
    enabled: true,
    schedule: { kind: 'interval', every_seconds: 2_678_400 },
  });
  ids.agents = binding.body.id;
  ids.schedules = (await scheduleOf(them, 'self_check')).id;
  await publishedAgent(them, 'globex_triage');
  ok(await them.post(`/api/projects/${theirs.project_id}/checkins`, { body: 'globex checks in' }), 201);
  await vi.waitFor(async () => {
    const active = await used.stack.query('SELECT agent FROM agent_runs WHERE finished_at IS NULL');
    expect(active).toEqual([]);
  }, LONG);
  routes = await operations(used.api);
});

/** The routes of organisations themselves, all of which a server administrator sees. */
const isOfServer = ({ path }: Operation) => path.startsWith('/api/organisations');
const family = ({ path }: Operation) => path.split('/')[2] ?? '';
const call = (api: Caller, route: Operation, path: string): Promise<Answer> =>
  api.send(route.method, path, leastBody(route));

/** Everything stored for them, but for the marks that upkeep leaves on a run. */
async function stored(): Promise<unknown> {
  const tables = [
    'projects',
    'project_members',
    'memberships',
    'api_keys',
    'invitations',
    'agent_runs',
    'agent_run_events',
    'agents',
    'bindings',
    'schedules',
    'change_log',
    'docs',
    'links',
    'tickets',
    'ticket_scans',
    'ticket_pairs',
    'threads',
    'raw_events',
    'messages',
    'proposals',
    'memories',
    'daily_sessions',
    'checkins',
    'roadmaps',
    'epics',
    'snapshots',
  ];
  const rows = await Promise.all(
    tables.map((table) =>
      used.stack.query(
        `SELECT to_jsonb(t) - '{archived_at,checked_at,last_used_at}'::text[] AS row FROM ${table} t
          WHERE organisation_id = $1 ORDER BY t::text`,
        [theirs.organisation_id],
      ),
    ),
  );
  return [rows, await used.stack.query(`SELECT id, name FROM organisations ORDER BY id`)];
}

describe('a thing of another organisation', () => {
  test('is answered by every route like a thing that does not exist, and stays as it is', async () => {
    const taking = routes.filter((route) => route.path.includes('{id}') && !isOfServer(route));
    expect(taking.length).toBeGreaterThanOrEqual(12);
    const before = await stored();
    for (const route of taking) {
      const id = ids[family(route)];
      if (!id) expect.fail(`${route.path} takes an id: name one of theirs in ids.${family(route)}`);
      const unknown = randomUUID();
      const [foreign, missing] = [
        await call(used.api, route, withId(route, id)),
        await call(used.api, route, withId(route, unknown)),
      ];
      const where = `${route.method} ${route.path}: ${JSON.stringify(foreign.body)}`;
      expect(foreign.status, where).toBe(404);
      expectProblem(foreign, 'not_found');
      expectProblem(missing, 'not_found');
      const text = (answer: Answer, own: string) => JSON.stringify(answer.body).replaceAll(own, 'ID');
      expect(text(foreign, id), where).toBe(text(missing, unknown));
    }
    expect(await stored()).toEqual(before);
  });

  test('exists for its owner: the ids above are right', async () => {
    const reading = routes.filter(({ method, path }) => method === 'GET' && path.includes('{id}'));
    for (const route of reading) {
      const answer = await them.get(withId(route, ids[family(route)] ?? ''));
      expect(answer.status, route.path).toBe(200);
    }
    expect((await them.get('/api/members')).body.members[0].user_id).toBe(ids.members);
  });

  test('is in no list, whatever the filter', async () => {
    const lists = routes.filter(
      (route) => route.method === 'GET' && !route.path.includes('{') && !isOpen(route) && !isOfServer(route),
    );
    const filters = [
      '?scope=organisation',
      `?scope=organisation&project_id=${theirs.project_id}`,
      '?scope=organisation&label=globex',
      '?scope=organisation&target=secret:globex-target',
      '?scope=organisation&since=2000-01-01T00:00:00Z',
    ];
    const paths = lists
      .filter(({ path }) => !path.endsWith('/stream'))
      .flatMap(({ path }) => [path, ...(path === '/api/agent-runs' ? filters.map((one) => path + one) : [])]);
    expect(paths.length).toBeGreaterThanOrEqual(10);
    const private_ = [...Object.values(ids), theirs.organisation_id, 'globex', 'Globex'];
    for (const path of paths) {
      const answer = await used.api.get(path);
      expect(answer.status, path).toBe(200);
      for (const one of private_) expect(JSON.stringify(answer.body), path).not.toContain(one);
    }
  });

  test('cannot be named in a body', async () => {
    const before = await stored();
    const run = { agent: 'self_check', project_id: theirs.project_id };
    expectProblem(await used.api.post('/api/agent-runs', run), 'validation_failed', 'project_id');
    const key = { name: 'stolen', user_id: theirs.user_id };
    expectProblem(await used.api.post('/api/api-keys', key), 'validation_failed', 'user_id');
    expect(await stored()).toEqual(before);
  });

  test('has a name of its own: the same project name and idempotency key are free here', async () => {
    expect((await them.post('/api/projects', { name: 'Apollo' })).status).toBe(201);
    expect((await used.api.post('/api/projects', { name: 'Apollo' })).status).toBe(201);
  });
});

describe('the stream', () => {
  const runsIn = (source: EventSource) => new Set(source.events.map(({ data }) => data.run_id));
  const completed = (source: EventSource, run_id: string) =>
    vi.waitFor(() => {
      const ends = source.events.filter(
        ({ type, data }) => type === 'background_run_completed' && data.run_id === run_id,
      );
      expect(ends).toHaveLength(1);
    }, LONG);

  test("carries the caller's organisation only: live, filtered by a foreign run, and after a foreign position", async () => {
    const [ours, foreign] = [
      await EventSource.open(used.api, '?scope=organisation'),
      await EventSource.open(them, '?scope=organisation'),
    ];
    const start = foreign.lastId;
    const theirRun = await them.start({ agent: 'self_check', input: { delay_ms: 400 } });
    const prying = await EventSource.open(used.api, `?scope=organisation&run_id=${theirRun.id}`);
    await completed(foreign, theirRun.id);
    const ourRun = await used.api.start({ agent: 'self_check' });
    await completed(ours, ourRun.id);
    expect(runsIn(ours)).toEqual(new Set([ourRun.id]));
    expect(runsIn(foreign)).toEqual(new Set([theirRun.id]));
    expect(JSON.stringify(ours.events)).not.toContain(theirRun.id);

    const place = foreign.events[0]?.id ?? '';
    for (const from of [start, place]) {
      const replayed = await EventSource.open(used.api, '?scope=organisation', from);
      await completed(replayed, ourRun.id);
      expect(runsIn(replayed)).toEqual(new Set([ourRun.id]));
      replayed.close();
    }
    expect(prying.events).toEqual([]);
    for (const source of [ours, foreign, prying]) source.close();
  });
});

describe('a person in two organisations', () => {
  test('sees with each key what belongs to its organisation', async () => {
    const joined = await used.api.post('/api/members', {
      email: 'owner@globex.test',
      name: 'x',
      role: 'admin',
    });
    expect(joined.body).toMatchObject({ user_id: theirs.user_id, role: 'admin' });
    const made = await used.api.post('/api/claims', { claim: joined.body.invitation.claim });
    const here = used.stack.caller(used.url, made.body.api_key);
    const run = await here.start({ agent: 'self_check' });
    const listed = async (api: Caller, scope: string) =>
      (await api.get(`/api/agent-runs?scope=${scope}&limit=200`)).body;
    await here.ended(run.id);
    for (const scope of ['mine', 'organisation']) {
      const [at, there] = [await listed(here, scope), await listed(them, scope)];
      const idsOf = (feed: Json) => feed.recent.map(({ id }: Json) => id);
      expect(idsOf(at)).toContain(run.id);
      expect(idsOf(there)).not.toContain(run.id);
      expect(idsOf(at)).not.toContain(ids['agent-runs']);
    }
    expect((await here.get('/api/me')).body).toMatchObject({ organisation: { name: 'Acme' }, role: 'admin' });
    expect((await them.get('/api/me')).body).toMatchObject({
      organisation: { name: 'Globex' },
      role: 'owner',
    });
    expectProblem(await here.get(`/api/agent-runs/${ids['agent-runs']}`), 'not_found');
  });

  test('leaving one of them keeps the other', async () => {
    const removed = await used.api.send('DELETE', `/api/members/${theirs.user_id}`);
    expect(removed.status).toBe(204);
    expect((await them.get('/api/me')).status).toBe(200);
    expect((await them.get('/api/api-keys')).body.api_keys).toHaveLength(1);
  });
});
