import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { works } from '../../agents/works.js';
import { PostgresWorkStore } from '../../src/workspace/work/work.store.js';
import { leastBody, type Operation, operations, withId } from '../api/operations.js';
import { runRow } from '../engine/reports/rows.js';
import { newMember } from '../platform/auth/people.js';
import { ok } from '../support/answers.js';
import { expectProblem } from '../support/problems.js';
import { newDoc, newThread, newTicket } from './new-items.js';
import { aNote, useWorkspace } from './workspace.js';

/** An archived project is read, and nothing is written into it. */

const used = useWorkspace();
const ids: Record<string, string> = {};
let project_id: string;
let routes: Operation[];

beforeAll(async () => {
  project_id = await used.newProject();
  const path = `/api/projects/${project_id}`;
  const make = async (what: string, body: object) => ok(await used.api.post(`${path}/${what}`, body), 201).id;
  ids.projects = project_id;
  ids.docs = (await newDoc(used.api, project_id)).id;
  ids.tickets = (await newTicket(used.api, project_id)).id;
  ids.threads = (await newThread(used.api, project_id)).id;
  ids.memories = await make('memories', { body: 'Remember this', mine: true });
  ids.epics = await make('epics', { title: 'An epic', goal: 'A goal' });
  ids.snapshots = await make('snapshots', { from_day: '2026-11-01', to_day: '2026-11-02' });
  ids.proposals = await used.proposed(aNote(), { project_id });
  await archive(true);
  routes = (await operations(used.api)).filter(({ needs }) => needs?.startsWith('workspace:'));
});

const archive = async (archived: boolean) =>
  ok(await used.api.send('PATCH', `/api/projects/${project_id}`, { archived }));

const TABLES = ['docs', 'tickets', 'threads', 'raw_events', 'memories', 'epics', 'snapshots', 'proposals'];
const MORE = ['daily_sessions', 'checkins', 'roadmaps', 'agent_runs'];
/** The time of the dispatch is left out, because it may be any. */
const stored = () =>
  Promise.all(
    [...TABLES, ...MORE].map((table) =>
      used.stack.query(
        `SELECT to_jsonb(t) - 'dispatched_at' AS row FROM ${table} t WHERE project_id = $1 ORDER BY t::text`,
        [project_id],
      ),
    ),
  );

function at(route: Operation): string {
  const [, , family = ''] = route.path.split('/');
  return withId(route, ids[family] ?? expect.fail(`${route.path}: name a thing in ids.${family}`));
}

test('every route that writes refuses, whatever it is sent, and leaves everything as it is', async () => {
  const writing = routes.filter(({ needs }) => needs === 'workspace:write');
  expect(writing.length).toBeGreaterThan(20);
  const before = await stored();
  for (const route of writing)
    for (const body of [leastBody(route), { nonsense: true }]) {
      if (body && route.method === 'DELETE') continue;
      const answer = await used.api.send(route.method, at(route), body);
      expect(answer.status, `${route.method} ${route.path}: ${JSON.stringify(answer.body)}`).toBe(409);
      expectProblem(answer, 'project_archived');
    }
  expect(await stored()).toEqual(before);
});

test('every route that reads answers', async () => {
  for (const route of routes.filter(({ needs }) => needs === 'workspace:read'))
    expect((await used.api.get(at(route))).status, route.path).toBe(200);
});

test('no run is taken for it, and one that is under way writes nothing into it', async () => {
  for (const [agent, input] of [
    ['proactive_daily_review', {}],
    ['today_checkin_processor', { checkin_id: randomUUID() }],
  ] as const)
    expectProblem(await used.api.post('/api/agent-runs', { agent, project_id, input }), 'project_archived');
  const run_id = await runRow(used.stack, {
    project_id,
    agent: 'roadmap_proposal_generator',
    status: 'running',
  });
  const store = new PostgresWorkStore(used.db, works);
  const said = { summary: 'Onwards.', reason: 'So be it.', epics: [], roadmap_version: 0 };
  const refused = { type: 'project_archived', nonRetryable: true };
  await expect(store.question(run_id, 'roadmap', null)).rejects.toMatchObject(refused);
  await expect(store.deliver(run_id, { delivery: 'roadmap', given: said })).rejects.toMatchObject(refused);
});

describe('who may not know of a thing', () => {
  test('is told that there is none, as ever', async () => {
    const { api: colleague } = await newMember(used.api, 'member');
    const change = { body: 'x', version: 1 };
    expectProblem(await colleague.send('PATCH', `/api/memories/${ids.memories}`, change), 'not_found');
    const { user_id } = used.stack.tenant;
    const note = await used.proposed(aNote({ personal: true }), { project_id, user_id });
    expectProblem(await colleague.post(`/api/proposals/${note}/reject`), 'not_found');
    expectProblem(await used.api.post(`/api/proposals/${note}/reject`), 'project_archived');
  });
});

test('taken up again it takes everything as before', async () => {
  await archive(false);
  const change = { title: 'Again', version: 1 };
  expect(ok(await used.api.send('PATCH', `/api/tickets/${ids.tickets}`, change)).title).toBe('Again');
  ok(await used.api.post(`/api/proposals/${ids.proposals}/accept`));
});
