import { beforeEach, describe, expect, test } from 'vitest';
import selfCheck from '../../../agents/self-check/agent.js';
import { publishBuiltIns } from '../../../src/engine/agents/publish-built-ins.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { newMember } from '../../platform/auth/people.js';
import { override } from '../../platform/settings/settings.js';
import { ok } from '../../support/answers.js';
import type { Caller, Json } from '../../support/caller.js';
import { expectProblem } from '../../support/problems.js';
import { useApi } from '../../support/use-api.js';
import { agentNamed, publish, publishChange, publishedAgent, TRIAGE } from './own-agents.js';

const used = useApi();
const PATH = '/api/agents/triage/versions';
const patch = (number: number, body: object, api = used.api) => api.send('PATCH', `${PATH}/${number}`, body);
const statuses = async (key = 'triage'): Promise<string[]> =>
  ok(await used.api.get(`/api/agents/${key}/versions`))
    .versions.map((one: Json) => `${one.number} ${one.status}`)
    .reverse();
const written = () =>
  used.stack.query(
    `SELECT (SELECT jsonb_agg(a ORDER BY a.id) FROM agents a) AS agents,
            (SELECT jsonb_agg(v ORDER BY v.id) FROM agent_versions v) AS versions,
            (SELECT jsonb_agg(b ORDER BY b.id) FROM bindings b) AS bindings, (SELECT count(*) FROM change_log) AS changes`,
  );

beforeEach(async () => {
  await used.stack.query(`DELETE FROM agents WHERE NOT built_in`);
  await used.stack.query(`DELETE FROM bindings`);
});

describe('the life of a version', () => {
  test('draft, changed, published, archived, published again', async () => {
    const made = ok(await used.api.post('/api/agents', agentNamed('triage')), 201);
    expect(made).toMatchObject({
      key: 'triage',
      built_in: false,
      available: true,
      published_version: null,
      draft_versions: [1],
      schedule: null,
    });
    expectProblem(await used.api.post('/api/agent-runs', { agent: 'triage' }), 'agent_unpublished');

    const change = { definition: { priority: 'HIGH', timeout_seconds: 90 }, version: 1 };
    const draft = ok(await patch(1, change));
    expect(draft).toMatchObject({ number: 1, status: 'draft', origin: 'person', version: 2 });
    expect(draft.definition).toMatchObject({
      ...TRIAGE,
      priority: 10,
      timeout_seconds: 90,
      model: 'reasoning',
    });
    expect(await publish(used.api, 'triage', 1)).toMatchObject({
      status: 'published',
      published_by: used.stack.tenant.user_id,
      published_at: expect.any(String),
      version: 3,
    });
    expectProblem(await patch(1, { definition: { priority: 1 }, version: 3 }), 'version_not_draft');

    expect(await publishChange(used.api, 'triage', { instructions: 'Sort it well.' })).toBe(2);
    expect(await statuses()).toEqual(['1 archived', '2 published']);
    expect(ok(await used.api.get('/api/agents/triage'))).toMatchObject({
      published_version: 2,
      draft_versions: [],
      priority: 10,
      output_schema: TRIAGE.output_schema,
    });
    await publish(used.api, 'triage', 1);
    expect(await statuses()).toEqual(['1 published', '2 archived']);
    const { version } = ok(await used.api.get(`${PATH}/1`));
    ok(await used.api.post(`${PATH}/1/archive`, { version }));
    expect(await statuses()).toEqual(['1 archived', '2 archived']);
    expectProblem(await used.api.post('/api/agent-runs', { agent: 'triage' }), 'agent_unpublished');
  });

  test('a draft starts from the published version, or from the one that is named', async () => {
    await publishedAgent(used.api, 'triage');
    await publishChange(used.api, 'triage', { model: 'fast' });
    const draft = async (body: object) => ok(await used.api.post(PATH, body), 201).definition;
    const definition = { timeout_seconds: 5 };
    expect(await draft({ definition })).toMatchObject({ model: 'fast', timeout_seconds: 5 });
    expect(await draft({ from: 1, definition })).toMatchObject({ model: 'reasoning', timeout_seconds: 5 });
    expectProblem(await used.api.post(PATH, { from: 9, definition }), 'validation_failed', 'from');
    ok(await used.api.post(`${PATH}/2/archive`, { version: 2 }));
    expectProblem(await used.api.post(PATH, { definition }), 'validation_failed', 'from');
  });

  test('the difference names each field that changed, also inside of one', async () => {
    await publishedAgent(used.api, 'triage');
    const output_schema = structuredClone(TRIAGE.output_schema);
    output_schema.properties.team.enum.push('sales');
    const retry = { max_attempts: 5, first_delay_ms: 1000, backoff: 2, max_delay_ms: 30_000 };
    await publishChange(used.api, 'triage', { output_schema, retry, target: 'inbox' });
    expect(ok(await used.api.get(`${PATH}/2/diff?against=1`))).toEqual({
      number: 2,
      against: 1,
      changes: [
        {
          field: 'output_schema.properties.team.enum',
          before: ['billing', 'support'],
          after: ['billing', 'support', 'sales'],
        },
        { field: 'retry.max_attempts', before: 3, after: 5 },
        { field: 'target', before: null, after: 'inbox' },
      ],
    });
    expect(ok(await used.api.get(`${PATH}/2/diff?against=2`)).changes).toEqual([]);
    for (const path of [`${PATH}/7/diff?against=1`, `${PATH}/1/diff?against=7`, `${PATH}/0`, `${PATH}/x`])
      expectProblem(await used.api.get(path), 'not_found');
  });

  test('of two changes at once one wins, and the other gets 412', async () => {
    await publishedAgent(used.api, 'triage');
    const make = () => used.api.post(PATH, { definition: { priority: 1 } });
    const numbers = (await Promise.all([make(), make(), make()])).map((answer) => ok(answer, 201).number);
    expect(numbers.sort()).toEqual([2, 3, 4]);
    const answers = await Promise.all(
      [1, 5, 10].map((priority) => patch(2, { version: 1, definition: { priority } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    const late = answers.find(({ status }) => status === 412);
    expectProblem(late!, 'version_conflict');
    expect(late?.body.detail).toContain('version 2');
    const published = await Promise.all(
      [3, 4].map((number) => used.api.post(`${PATH}/${number}/publish`, { version: 1 })),
    );
    expect(published.map(({ status }) => status)).toEqual([200, 200]);
    expect((await statuses()).filter((one) => one.endsWith('published'))).toHaveLength(1);
    expectProblem(await used.api.post(`${PATH}/2/publish`, { version: 1 }), 'version_conflict');
    expectProblem(await used.api.post(`${PATH}/2/archive`, { version: 1 }), 'version_conflict');
  });

  test('every change is in the log, with who, before and after', async () => {
    await used.stack.query('DELETE FROM change_log');
    await publishedAgent(used.api, 'triage');
    ok(await used.api.send('PATCH', '/api/agents/triage', { title: 'Sorting' }));
    ok(await used.api.post(PATH, { definition: { priority: 1 } }), 201);
    ok(await patch(2, { version: 1, definition: { timeout_seconds: 7 } }));
    ok(await used.api.post(`${PATH}/2/archive`, { version: 2 }));
    ok(await used.api.send('DELETE', '/api/agents/triage'), 204);
    const { changes } = ok(await used.api.get('/api/audit-log'));
    expect(changes.every(({ changed_by }: Json) => changed_by === used.stack.tenant.user_id)).toBe(true);
    expect(
      changes.reverse().map(({ subject, before, after }: Json) => [subject, before, after]),
    ).toMatchObject([
      ['agent', null, { key: 'triage', title: 'Triage' }],
      ['agent_version', null, { number: 1, status: 'draft', definition: TRIAGE }],
      ['agent_version', { status: 'draft' }, { number: 1, status: 'published' }],
      ['agent', { title: 'Triage' }, { title: 'Sorting' }],
      ['agent_version', null, { number: 2 }],
      ['agent_version', { timeout_seconds: 600 }, { number: 2, timeout_seconds: 7 }],
      ['agent_version', { status: 'draft' }, { status: 'archived' }],
      ['agent', { key: 'triage', published_version: 1 }, null],
    ]);
    const filtered = ok(await used.api.get('/api/audit-log?subject=agent')).changes;
    expect(filtered).toHaveLength(3);
  });
});

describe('a built-in agent', () => {
  const OWN = '/api/agents/self_check/versions';

  test("takes versions of the server's administrators, who stay unnamed, and keeps its schemas", async () => {
    const other = used.stack.caller(used.url, (await used.stack.seed('Globex', 'o@globex.test')).api_key);
    const definition = { instructions: 'Say it shortly.' };
    expectProblem(await other.post(OWN, { definition }), 'forbidden');
    expectProblem(await other.post(`${OWN}/1/archive`, { version: 1 }), 'forbidden');
    for (const field of ['input_schema', 'output_schema']) {
      const body = { definition: { [field]: { type: 'object' } } };
      expectProblem(await used.api.post(OWN, body), 'validation_failed', `definition.${field}`);
    }
    const number = await publishChange(used.api, 'self_check', definition);
    const seen = ok(await other.get(`${OWN}/${number}`));
    expect(seen).toMatchObject({ status: 'published', created_by: null, published_by: null, definition });
    for (const method of ['PATCH', 'DELETE'])
      expectProblem(
        await used.api.send(
          method,
          '/api/agents/self_check',
          method === 'PATCH' ? { title: 'x' } : undefined,
        ),
        'validation_failed',
        'key',
      );
    const again = await used.api.post('/api/agents', agentNamed('self_check'));
    expectProblem(again, 'already_exists');

    const db = await createDataSource(used.stack.database, 2).initialize();
    await publishBuiltIns(db, [{ ...selfCheck, instructions: 'New words of the code.' }]);
    await db.destroy();
    expect(ok(await other.get('/api/agents/self_check')).draft_versions).toEqual([]);
    expectProblem(await other.get(`${OWN}/${number + 1}`), 'not_found');
    expectProblem(await other.get(`${OWN}/${number + 1}/diff?against=1`), 'not_found');
    expect(ok(await other.get(OWN)).versions.map((one: Json) => one.number)).toEqual([number, 1]);
    const { published_version, draft_versions } = ok(await used.api.get('/api/agents/self_check'));
    expect(published_version).toBe(number);
    expect(draft_versions).toEqual([number + 1]);
    const { changes } = ok(await used.api.get(`${OWN}/${number + 1}/diff?against=${number}`));
    expect(changes).toEqual([
      { field: 'instructions', before: 'Say it shortly.', after: 'New words of the code.' },
    ]);
    const edit = { version: 1, definition: { priority: 1 } };
    expectProblem(await used.api.send('PATCH', `${OWN}/${number + 1}`, edit), 'version_not_draft');
    expect(await publish(used.api, 'self_check', number + 1)).toMatchObject({ origin: 'code' });
  });

  test('of another build is shown as not available, and does not run', async () => {
    await used.stack.query(
      `WITH a AS (INSERT INTO agents (id, key, title, purpose, built_in) VALUES (gen_random_uuid(), 'gone', 'g', 'g', true)
                  RETURNING id)
       INSERT INTO agent_versions (id, agent_id, number, status, origin, definition)
       SELECT gen_random_uuid(), a.id, 1, 'published', 'code', v.definition
         FROM a, agent_versions v JOIN agents g ON g.id = v.agent_id WHERE v.number = 1 AND g.key = 'self_check'`,
    );
    expect(ok(await used.api.get('/api/agents/gone'))).toMatchObject({
      available: false,
      published_version: 1,
    });
    expectProblem(await used.api.post('/api/agent-runs', { agent: 'gone' }), 'agent_unknown');
    await used.stack.query(`DELETE FROM agents WHERE key = 'gone'`);
  });
});

describe('definitions that cannot be used', () => {
  const object = (properties: object) => ({ type: 'object', properties });
  const deep = (levels: number): object => (levels === 0 ? {} : { items: deep(levels - 1), type: 'array' });
  const doubling = Object.fromEntries(
    Array.from({ length: 40 }, (_, level) => [
      `d${level}`,
      { anyOf: [{ $ref: `#/$defs/d${level + 1}` }, { $ref: `#/$defs/d${level + 1}` }] },
    ]),
  );

  test.each<[string, string, unknown]>([
    ['an output that is a text', 'output_schema', { type: 'string' }],
    ['an output of no type', 'output_schema', {}],
    ['an output that is no schema', 'output_schema', object({ a: { type: 'strange' } })],
    ['a schema that is a list', 'output_schema', object({ a: { anyOf: {} } })],
    ['conditions', 'output_schema', { type: 'object', if: {}, else: {} }],
    ['a pattern', 'input_schema', object({ a: { type: 'string', pattern: '(a+)+$' } })],
    ['a reference outside', 'output_schema', object({ a: { $ref: 'https://evil.test/x.json' } })],
    [
      'a circle',
      'output_schema',
      { ...object({ a: { $ref: '#/$defs/a' } }), $defs: { a: { anyOf: [{ $ref: '#/$defs/a' }] } } },
    ],
    [
      'references that double',
      'output_schema',
      { ...object({ a: { $ref: '#/$defs/d0' } }), $defs: { ...doubling, d40: { type: 'string' } } },
    ],
    ['a schema of 101 levels', 'output_schema', object({ a: deep(101) })],
    ['a NUL in a schema', 'output_schema', object({ 'a\u0000': { type: 'string' } })],
    ['a schema of 64 KB and more', 'input_schema', { type: 'object', description: 'x'.repeat(65_536) }],
    ['instructions of more than 32 KB', 'instructions', 'ä'.repeat(16_385)],
    ['a NUL in the instructions', 'instructions', 'a\u0000'],
    ['an unknown tool', 'tools.0', ['rm']],
    ['an unknown model', 'model', 'gpt-none'],
    ['an empty model', 'model', ''],
    ['a cron that is none', 'schedule.cron', { kind: 'cron', cron: '61 * * * *' }],
    ['a period too short', 'schedule.every_seconds', { kind: 'interval', every_seconds: 1 }],
    ['a time that has passed', 'schedule.at', { kind: 'once', at: '2001-01-01T00:00:00Z' }],
    ['an audience that is none', 'audience', 'everybody'],
    ['an overlap that is none', 'overlap', 'pile_up'],
    ['a priority that is none', 'priority', 7],
    ['no time at all', 'timeout_seconds', 0],
    ['more than a day', 'timeout_seconds', 86_401],
    ['no attempt', 'retry.max_attempts', { max_attempts: 0, first_delay_ms: 1, backoff: 1, max_delay_ms: 1 }],
    [
      'delays that shrink',
      'retry.max_delay_ms',
      { max_attempts: 1, first_delay_ms: 2, backoff: 1, max_delay_ms: 1 },
    ],
    ['a field that is unknown', 'colour', 'red'],
  ])('%s is refused by name, and nothing is written', async (_, field, value) => {
    await publishedAgent(used.api, 'triage');
    ok(await used.api.post(PATH, { definition: { priority: 1 } }), 201);
    const before = await written();
    const name = field.split('.')[0]!;
    const definition = { ...TRIAGE, [name]: value };
    for (const answer of [
      await used.api.post('/api/agents', agentNamed('another', definition)),
      await used.api.post(PATH, { definition: { [name]: value } }),
      await patch(2, { version: 1, definition: { [name]: value } }),
    ])
      expectProblem(answer, 'validation_failed', `definition.${field}`);
    expect(await written()).toEqual(before);
  });

  test.each<[string, object, string]>([
    ['a key with capitals', { ...agentNamed('Triage') }, 'key'],
    ['a key of one letter', { ...agentNamed('t') }, 'key'],
    ['a key of 64', { ...agentNamed('t'.repeat(64)) }, 'key'],
    ['no title', { ...agentNamed('another'), title: ' ' }, 'title'],
    ['no definition', { ...agentNamed('another'), definition: undefined }, 'definition'],
    [
      'no instructions',
      agentNamed('another', { output_schema: TRIAGE.output_schema }),
      'definition.instructions',
    ],
    [
      'an output that is none',
      agentNamed('another', { instructions: 'x', output_schema: null }),
      'definition.output_schema',
    ],
  ])('an agent with %s is refused, and nothing is written', async (_, body, field) => {
    const before = await written();
    expectProblem(await used.api.post('/api/agents', body), 'validation_failed', field);
    expect(await written()).toEqual(before);
  });

  test('a draft that breaks a rule by now cannot be published, and the published one stays', async () => {
    await publishedAgent(used.api, 'triage');
    const at = '2999-01-01T00:00:00Z';
    expectProblem(
      await used.api.post(PATH, { definition: { schedule: { kind: 'once', at } } }),
      'validation_failed',
      'definition.schedule.at',
    );
    for (const [field, change] of [
      ['definition.schedule.at', { schedule: { kind: 'once', at: '2001-01-01T00:00:00.000Z' } }],
      ['definition.tools.0', { tools: ['gone'] }],
      ['definition.model', { model: 'gone' }],
      ['definition.output_schema', { output_schema: { type: 'string' } }],
    ] as const) {
      const { number } = ok(await used.api.post(PATH, { definition: { priority: 1 } }), 201);
      await used.stack.query(
        `UPDATE agent_versions v SET definition = v.definition || $1 FROM agents a
          WHERE a.id = v.agent_id AND a.key = 'triage' AND v.number = $2`,
        [change, number],
      );
      const before = await written();
      expectProblem(
        await used.api.post(`${PATH}/${number}/publish`, { version: 1 }),
        'validation_failed',
        field,
      );
      expect(await written()).toEqual(before);
    }
  });

  test('models: roles, configured ones, and those of the provider; the error names a provider that is away', async () => {
    await publishedAgent(used.api, 'triage');
    const make = (model: string, api: Caller = used.api) => api.post(PATH, { definition: { model } });
    for (const model of ['fast', 'gpt-5.2', 'offline model']) ok(await make(model), 201);
    const { url } = await used.stack.startApi({ OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' });
    const api = used.stack.caller(url);
    ok(await make('gpt-5-mini', api), 201);
    const answer = await make('offline model', api);
    expectProblem(answer, 'unavailable');
    expect(answer.body.detail).toContain('model provider');
    const settings = { settings: { model: 'none' } };
    expectProblem(
      await used.api.send('PUT', '/api/agents/triage/bindings/organisation', settings),
      'validation_failed',
      'settings.model',
    );
  });
});

test('models: an overridden address and an overridden name are what counts', async () => {
  await publishedAgent(used.api, 'triage');
  const make = (model: string) => used.api.post(PATH, { definition: { model } });
  await override(used.api, 'OPENAI_FAST_MODEL', 'a-model-of-our-own');
  ok(await make('a-model-of-our-own'), 201);
  await override(used.api, 'OPENAI_FAST_MODEL', null);
  ok(await make('offline model'), 201);
  await override(used.api, 'OPENAI_BASE_URL', 'http://127.0.0.1:9/v1');
  expectProblem(await make('offline model'), 'unavailable');
  await override(used.api, 'OPENAI_BASE_URL', null);
  ok(await make('offline model'), 201);
});

describe('the organisation of an agent', () => {
  test("each organisation has its own of the same key; another's does not exist", async () => {
    const theirs = await used.stack.seed('Initech', 'o@initech.test');
    const them = used.stack.caller(used.url, theirs.api_key);
    await publishedAgent(used.api, 'triage');
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { title: 'x' }],
      ['DELETE', '', undefined],
      ['GET', '/effective', undefined],
      ['GET', '/bindings', undefined],
      ['PUT', '/bindings/organisation', { enabled: false }],
      ['GET', '/versions', undefined],
      ['GET', '/versions/1', undefined],
      ['POST', '/versions', { definition: { priority: 1 } }],
      ['PATCH', '/versions/1', { version: 1, definition: { priority: 1 } }],
      ['POST', '/versions/1/publish', { version: 1 }],
      ['POST', '/versions/1/archive', { version: 1 }],
      ['GET', '/versions/1/diff?against=1', undefined],
    ] as const)
      expectProblem(await them.send(method, `/api/agents/triage${path}`, body), 'agent_unknown');
    expectProblem(await them.post('/api/agent-runs', { agent: 'triage' }), 'agent_unknown');
    const keys = async (api: Caller) => ok(await api.get('/api/agents')).agents.map(({ key }: Json) => key);
    expect(await keys(them)).not.toContain('triage');
    await publishedAgent(them, 'triage', { ...TRIAGE, priority: 20 });
    expect(await keys(them)).toContain('triage');
    expectProblem(await used.api.post('/api/agents', agentNamed('triage')), 'already_exists');
    expect(ok(await used.api.get('/api/agents/triage')).priority).toBe(5);
    ok(await used.api.send('DELETE', '/api/agents/triage'), 204);
    expect(ok(await them.get('/api/agents/triage')).priority).toBe(20);
    expectProblem(await used.api.get('/api/agents/triage'), 'agent_unknown');
  });

  test('members read, and change nothing', async () => {
    await publishedAgent(used.api, 'triage');
    const { api } = await newMember(used.api, 'member');
    ok(await api.get(`${PATH}/1`));
    const before = await written();
    for (const [method, path, body] of [
      ['POST', '/api/agents', agentNamed('another')],
      ['PATCH', '/api/agents/triage', { title: 'x' }],
      ['DELETE', '/api/agents/triage', undefined],
      ['POST', PATH, { definition: { priority: 1 } }],
      ['PATCH', `${PATH}/1`, { version: 2, definition: { priority: 1 } }],
      ['POST', `${PATH}/1/archive`, { version: 2 }],
      ['PUT', '/api/agents/triage/bindings/user', { enabled: false }],
    ] as const)
      expectProblem(await api.send(method, path, body), 'forbidden');
    expect(await written()).toEqual(before);
  });
});
