import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Caller, Json } from '../../support/caller.js';
import { expectVerified } from '../../support/effects.js';
import { sharedParts } from '../../support/private-parts.js';
import { TestStack } from '../../support/stack.js';

const PATH = '/api/agents/self_check';
const stack = new TestStack(sharedParts());
let api: Caller;
let other: Caller;

beforeAll(async () => {
  await stack.open();
  const { url } = await stack.startApi();
  api = stack.caller(url);
  other = stack.caller(url, (await stack.seed('Globex', 'owner@globex.test')).api_key);
});
afterAll(() => stack.close());
beforeEach(async () => {
  await stack.query('DELETE FROM bindings');
  await stack.query('DELETE FROM change_log');
});

const bind = (scope: string, body: object, caller = api) =>
  caller.send('PUT', `${PATH}/bindings/${scope}`, body);
const start = (body: object = {}, caller = api) =>
  caller.post('/api/agent-runs', { agent: 'self_check', ...body });
const effective = async (query = '', caller = api): Promise<Json> =>
  (await caller.get(`${PATH}/effective${query}`)).body;

test('the catalogue says what may run, what it takes, and whether it may run here', async () => {
  const { body } = await api.get('/api/agents');
  const [pulse, review, check] = ['operating_pulse', 'proactive_daily_review', 'self_check'].map((key) =>
    body.agents.find((agent: Json) => agent.key === key),
  );
  expect(pulse).toMatchObject({ enabled: true, needs_project: true, schedule: { kind: 'interval' } });
  expect(review).toMatchObject({ enabled: true, needs_project: true, schedule: { cron: '0 7 * * *' } });
  expect(check).toMatchObject({
    enabled: true,
    needs_project: false,
    built_in: true,
    available: true,
    published_version: 1,
    draft_versions: [],
    model: 'fast',
    schedule: { kind: 'manual' },
    audience: 'project',
    overlap: 'skip_if_running',
    input_schema: { type: 'object' },
  });
  expect((await api.get(PATH)).body).toEqual(check);
  expect(await api.get('/api/agents/nobody')).toMatchObject({ status: 404, body: { code: 'agent_unknown' } });
});

test.each([
  ['server', {}],
  ['organisation', {}],
  ['project', { project_id: true }],
  ['user', {}],
])(
  'disabled for the %s: a request is refused, naming scope, who and when, and starts nothing',
  async (scope, extra) => {
    const { project_id, user_id } = stack.tenant;
    const body = { enabled: false, ...(Object.keys(extra).length > 0 ? { project_id } : {}) };
    const made = await bind(scope, body);
    expect(made).toMatchObject({
      status: 200,
      body: { scope, enabled: false, version: 1, changed_by: user_id },
    });

    const refused = await start({ project_id });
    expect(refused).toMatchObject({ status: 409, body: { code: 'agent_disabled' } });
    expect(refused.body.detail).toContain(scope);
    expect(refused.body.detail).toContain(scope === 'server' ? 'administrators' : 'owner@acme.test');
    expect(refused.body.detail).toContain(made.body.changed_at);
    expect(await stack.query('SELECT 1 FROM agent_runs')).toEqual([]);
    expect(await effective(`?project_id=${project_id}`)).toMatchObject({
      enabled: false,
      decided_by: { scope, id: made.body.id },
    });
    // Only a binding of the server reaches another tenant.
    expect((await effective('', other)).enabled).toBe(scope !== 'server');
  },
);

test('any disabled binding disables the agent: the widest decides, and each has to be enabled again', async () => {
  await bind('user', { enabled: false });
  const organisation = await bind('organisation', { enabled: false });
  expect(await effective()).toMatchObject({ enabled: false, decided_by: { scope: 'organisation' } });
  await bind('organisation', { enabled: true, version: organisation.body.version });
  expect(await effective()).toMatchObject({ enabled: false, decided_by: { scope: 'user' } });
  const [user] = (await api.get(`${PATH}/bindings`)).body.bindings.filter(
    (one: Json) => one.scope === 'user',
  );
  expect((await api.send('DELETE', `${PATH}/bindings/${user.id}?version=${user.version}`)).status).toBe(204);
  expect(await effective()).toMatchObject({ enabled: true, decided_by: { scope: 'organisation' } });
});

test('two administrators at once: one wins, and the other gets 412 with the current version', async () => {
  const answers = await Promise.all([
    bind('organisation', { enabled: false }),
    bind('organisation', { enabled: true }),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  const lost = answers.find(({ status }) => status === 412);
  expect(lost?.body).toMatchObject({
    code: 'version_conflict',
    detail: expect.stringContaining('version 1'),
  });
  const changes = await Promise.all(
    [1, 2, 3].map(() => bind('organisation', { enabled: false, version: 1 })),
  );
  expect(changes.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  const [binding] = (await api.get(`${PATH}/bindings`)).body.bindings;
  expect(binding.version).toBe(2);
  expect((await api.send('DELETE', `${PATH}/bindings/${binding.id}?version=1`)).status).toBe(412);
});

test.each([
  ['a scope that is none', 'galaxy', { enabled: false }, 422],
  ['no project', 'project', { enabled: false }, 422],
  ['a project of nobody', 'project', { enabled: false, project_id: randomUUID() }, 422],
  ['a user of nobody', 'user', { enabled: false, user_id: randomUUID() }, 422],
  ['a project with another scope', 'organisation', { enabled: false, project_id: randomUUID() }, 422],
  ['nothing said', 'organisation', {}, 422],
  ['only a version', 'organisation', { version: 1 }, 422],
  ['a cron that is none', 'organisation', { schedule: { kind: 'cron', cron: 'daily' } }, 422],
  ['a priority that is none', 'organisation', { settings: { priority: 3 } }, 422],
  ['an unknown model', 'organisation', { settings: { model: 'gpt-none' } }, 422],
  ['an unknown setting', 'organisation', { settings: { colour: 'red' } }, 422],
  ['no attempts', 'organisation', { settings: { max_attempts: 0 } }, 422],
])('%s is refused, and nothing is written', async (_, scope, body, status) => {
  expect((await bind(scope, body)).status).toBe(status);
  expect(await stack.query('SELECT 1 FROM bindings')).toEqual([]);
  expect(await stack.query('SELECT 1 FROM change_log')).toEqual([]);
});

test('what a change leaves out stays, null takes it back, and only a word on off disables', async () => {
  const schedule = { kind: 'interval', every_seconds: 60 };
  const first = await bind('organisation', { schedule, settings: { priority: 'LOW' } });
  expect(first.body).toMatchObject({ enabled: null, schedule, settings: { priority: 1 }, version: 1 });
  expect(await effective()).toMatchObject({
    enabled: true,
    decided_by: null,
    schedule: { value: schedule, origin: { scope: 'organisation' } },
    settings: {
      priority: { value: 1, origin: { id: first.body.id } },
      model: { value: 'fast', origin: null },
    },
  });
  const second = await bind('organisation', { enabled: false, version: 1 });
  expect(second.body).toMatchObject({ enabled: false, schedule, settings: { priority: 1 }, version: 2 });
  expect((await start()).body.code).toBe('agent_disabled');
  const third = await bind('organisation', { enabled: null, settings: { max_attempts: 1 }, version: 2 });
  expect(third.body).toMatchObject({ enabled: null, schedule, settings: { max_attempts: 1 } });
  expect(third.body.settings).not.toHaveProperty('priority');
  const last = await bind('organisation', { schedule: null, settings: null, version: 3 });
  expect(last.body).toMatchObject({ enabled: null, schedule: null, settings: {} });
  expect((await start()).status).toBe(201);
});

test('the schedule of the narrowest binding applies, also if it is none; the person behind a server binding stays unnamed', async () => {
  const { project_id } = stack.tenant;
  const cron = { kind: 'cron', cron: '30 7 * * MON-FRI', time_zone: 'Asia/Makassar' };
  await bind('server', { schedule: cron });
  await bind('project', { project_id, schedule: { kind: 'manual' } });
  expect((await effective()).schedule).toMatchObject({ value: cron, origin: { scope: 'server' } });
  expect((await effective(`?project_id=${project_id}`)).schedule).toMatchObject({
    value: { kind: 'manual' },
    origin: { scope: 'project' },
  });
  expect((await effective('', other)).schedule).toMatchObject({
    value: cron,
    origin: { scope: 'server', changed_by: null, changed_by_email: null },
  });
});

test("only a server administrator decides for the server, and no tenant reaches another's bindings", async () => {
  expect(await bind('server', { enabled: false }, other)).toMatchObject({ status: 403 });
  const { body } = await bind('organisation', { enabled: false });
  expect((await other.get(`${PATH}/bindings`)).body.bindings).toEqual([]);
  expect((await other.send('DELETE', `${PATH}/bindings/${body.id}?version=1`)).status).toBe(404);
  const theirs = await bind('project', { enabled: false, project_id: stack.tenant.project_id }, other);
  expect(theirs.status).toBe(422);
  await bind('server', { enabled: false });
  const seen = await effective('', other);
  expect(seen).toMatchObject({
    enabled: false,
    decided_by: { scope: 'server', changed_by: null, changed_by_email: null },
  });
});

test('the membership of another organisation does not make its owner a server administrator', async () => {
  const borrowed = { email: 'owner@acme.test', name: 'Borrowed', role: 'owner' };
  const { claim } = (await other.post('/api/members', borrowed)).body.invitation;
  const { body } = await other.post('/api/claims', { claim });
  expect(body.user_id).toBe(stack.tenant.user_id);
  expect(await bind('server', { enabled: false }, stack.caller(api.url, body.api_key))).toMatchObject({
    status: 403,
  });
});

test('every change is in the audit log, with who, before and after; tenants see their own', async () => {
  const first = await bind('organisation', { enabled: false });
  await bind('organisation', { enabled: true, version: 1 });
  await api.send('DELETE', `${PATH}/bindings/${first.body.id}?version=2`);
  const key = (await api.post('/api/api-keys', { name: 'logged' })).body;
  await api.send('DELETE', `/api/api-keys/${key.id}`);
  const member = (await api.post('/api/members', { email: 'jo@acme.test', name: 'Jo', role: 'member' })).body;
  await api.send('PATCH', `/api/members/${member.user_id}`, { role: 'viewer' });
  await api.send('DELETE', `/api/members/${member.user_id}`);

  const { changes } = (await api.get('/api/audit-log')).body;
  const told = changes
    .map(({ subject, before, after }: Json) => [subject, before !== null, after !== null])
    .reverse();
  expect(told).toEqual([
    ['binding', false, true],
    ['binding', true, true],
    ['binding', true, false],
    ['api_key', false, true],
    ['api_key', true, true],
    ['member', false, true],
    ['invitation', false, true],
    ['member', true, true],
    ['member', true, false],
  ]);
  expect(changes.every(({ changed_by }: Json) => changed_by === stack.tenant.user_id)).toBe(true);
  expect(JSON.stringify(changes)).not.toContain(key.api_key);
  expect((await other.get('/api/audit-log')).body.changes).toEqual([]);
  const page = (await api.get('/api/audit-log?limit=3')).body;
  const next = (await api.get(`/api/audit-log?limit=200&before=${page.next_before}`)).body;
  expect([...page.changes, ...next.changes]).toEqual(changes);
});

test('an agent disabled after admission does not begin: the run is skipped and says by which binding', async () => {
  const run = (await start()).body.agent_runs[0];
  const { body: binding } = await bind('organisation', { enabled: false });
  const worker = await stack.startWorker();
  const ended = await api.ended(run.id);
  expect(ended).toMatchObject({
    status: 'skipped',
    error: { code: 'agent_disabled', retryable: false },
    attempt: 0,
  });
  expect(ended.error.message).toContain(binding.id);
  const types = (await api.events(run.id)).map(({ type }) => type);
  expect(types).toEqual(['background_run_queued', 'background_run_skipped']);
  expect(await stack.query('SELECT 1 FROM agent_run_effects WHERE run_id = $1', [run.id])).toEqual([]);
  await expectVerified(api, run.id, 'temporal');
  await worker.end();
});
