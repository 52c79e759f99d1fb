import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { newMember } from '../../platform/auth/people.js';
import type { Json } from '../../support/caller.js';
import { expectProblem } from '../../support/problems.js';
import { LONG, useStack } from '../../support/stack.js';

const used = useStack();
const PATH = '/api/agent-runs';

const keyed = (key: string = randomUUID()) => ({ 'idempotency-key': key });

async function counted(): Promise<{ runs: number; events: number }> {
  const [row] = await used.stack.query<{ runs: number; events: number }>(
    `SELECT (SELECT count(*)::int FROM agent_runs) AS runs,
            (SELECT count(*)::int FROM agent_run_events WHERE type = 'background_run_queued') AS events`,
  );
  return row ?? { runs: -1, events: -1 };
}

describe('the idempotency key', () => {
  const body = { agent: 'self_check', input: { steps: 3 }, labels: ['a', 'b'] };

  test('the same key and body answer with the same run, also after it has ended', async () => {
    const key = keyed();
    const run = await used.api.start(body, key);
    expect((await used.api.start(body, key)).id).toBe(run.id);
    await used.api.ended(run.id);
    expect(await used.api.start(body, key)).toMatchObject({
      id: run.id,
      status: 'completed',
      result: { effects: 3 },
    });
  });

  test('the order of the keys in the body does not matter, nor how the priority is written', async () => {
    const key = keyed();
    const run = await used.api.start({ ...body, priority: 'HIGH', target: { type: 't', id: 'i' } }, key);
    const turned = `{"target":{"id":"i","type":"t"},"priority":10,"labels":["a","b"],"input":{"steps":3},"agent":"self_check"}`;
    const answer = await used.api.post(PATH, turned, key);
    expect(answer.body.agent_runs[0].id).toBe(run.id);
  });

  test('twenty requests at once make one run and one set of effects', async () => {
    const key = keyed();
    const before = await counted();
    const runs = await Promise.all(Array.from({ length: 20 }, () => used.api.start(body, key)));
    expect(new Set(runs.map(({ id }) => id)).size).toBe(1);
    expect(await counted()).toEqual({ runs: before.runs + 1, events: before.events + 1 });
    const { id } = runs[0];
    expect(await used.api.ended(id)).toMatchObject({ status: 'completed', attempt: 1 });
    const effects = await used.stack.query(`SELECT key FROM agent_run_effects WHERE run_id = $1`, [id]);
    expect(effects).toHaveLength(3);
  });

  test('the same key with another body is refused, and starts nothing', async () => {
    const key = keyed();
    await used.api.start(body, key);
    const before = await counted();
    for (const other of [
      { ...body, input: { steps: 2 } },
      { ...body, labels: ['b', 'a'] },
      { agent: 'self_check' },
    ]) {
      expectProblem(await used.api.post(PATH, other, key), 'idempotency_conflict');
    }
    expect(await counted()).toEqual(before);
  });

  test('another user and another organisation have keys of their own', async () => {
    const key = keyed();
    const colleague = await newMember(used.api, 'member');
    const other = await used.stack.seed('Globex', 'owner@globex.test');
    const callers = [used.api, colleague.api, used.stack.caller(used.url, other.api_key)];
    const runs = await Promise.all(
      callers.map((api, index) => api.start({ ...body, labels: [`${index}`] }, key)),
    );
    expect(new Set(runs.map(({ id }) => id)).size).toBe(3);
  });

  test.each([
    ['empty', ''],
    ['longer than 255', 'k'.repeat(256)],
    ['not ASCII', 'schl\u00fcssel'],
  ])('a key that is %s is refused', async (_, key) => {
    const before = await counted();
    expectProblem(await used.api.post(PATH, body, keyed(key)), 'validation_failed', 'Idempotency-Key');
    expect(await counted()).toEqual(before);
  });

  test('a key may be 255 characters of printable ASCII', async () => {
    const key = keyed(`${randomUUID()} ~!"'%_\\`.padEnd(255, '.'));
    expect((await used.api.start(body, key)).id).toBe((await used.api.start(body, key)).id);
  });
});

describe('what is taken in', () => {
  test.each([
    ['LOW', 1],
    ['MEDIUM', 5],
    ['HIGH', 10],
    ['CRITICAL', 20],
  ])('priority %s is %i, by name and by number', async (name, number) => {
    for (const priority of [name, number]) {
      expect(await used.api.start({ agent: 'self_check', priority })).toMatchObject({ priority: number });
    }
  });

  test('labels and targets come back as they were sent, and find the run', async () => {
    const labels = [
      '🦉 👩‍👩‍👧‍👦 🏳️‍🌈',
      'שלום‏ עולם',
      'مرحبا بالعالم',
      'e\u0301 é',
      `'; DROP TABLE agent_runs; --`,
      '{"a":[1]}',
      '\t\n\u200b',
      '__proto__',
      '%00 \\u0000 $1',
    ];
    const target = { type: 'מסמך 📄', id: 'a:b/c?d#e&f=🚀‮txt' };
    const run = await used.api.start({ agent: 'self_check', labels, target });
    expect(run).toMatchObject({ labels, target });
    expect(await used.api.ended(run.id)).toMatchObject({ status: 'completed', labels, target });
    const query = new URLSearchParams({ target: `${target.type}:${target.id}` });
    for (const label of labels.slice(0, 5)) query.append('label', label);
    const { body } = await used.api.get(`${PATH}?${query}`);
    expect(body.recent.map(({ id }: Json) => id)).toEqual([run.id]);
    const again = (await used.api.post(`${PATH}/${run.id}/rerun`)).body.agent_runs[0];
    expect(again).toMatchObject({ labels, target });
  });

  test('the longest labels and target that are taken in also run', async () => {
    const target = { type: '漢'.repeat(100), id: '🦉'.repeat(100) };
    const full = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(97, 'x'));
    const labels = full.map((label, index) => (index === 0 ? label.slice(0, 96) : label));
    expect(Buffer.byteLength(JSON.stringify(labels))).toBe(2000);
    const runs = await Promise.all(
      [{ labels }, { target }, { labels, target }].map((more) =>
        used.api.start({ agent: 'self_check', ...more }),
      ),
    );
    for (const { id } of runs) expect(await used.api.ended(id)).toMatchObject({ status: 'completed' });
    const over = await used.api.post(PATH, { agent: 'self_check', labels: full });
    expectProblem(over, 'validation_failed', 'labels');
  });

  test("a project of one's own is taken; an archived one is not", async () => {
    const { project_id } = used.stack.tenant;
    expect(await used.api.start({ agent: 'self_check', project_id })).toMatchObject({ project_id });
    const made = await used.api.post('/api/projects', { name: 'Old' });
    await used.api.send('PATCH', `/api/projects/${made.body.id}`, { archived: true });
    const answer = await used.api.post(PATH, { agent: 'self_check', project_id: made.body.id });
    expectProblem(answer, 'project_archived');
  });

  test('the project of another organisation is answered like one that does not exist', async () => {
    const other = await used.stack.seed('Initech', 'owner@initech.test');
    const before = await counted();
    const answers = await Promise.all(
      [other.project_id, randomUUID()].map(async (project_id) => {
        const answer = await used.api.post(PATH, { agent: 'self_check', project_id });
        expectProblem(answer, 'validation_failed', 'project_id');
        return JSON.stringify(answer.body).replaceAll(project_id, 'ID');
      }),
    );
    expect(answers[0]).toBe(answers[1]);
    expect(await counted()).toEqual(before);
  });
});

describe('what is refused', () => {
  const check = (more: object) => ({ agent: 'self_check', ...more });
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const raw = (more: string) => `{"agent":"self_check",${more}}`;

  test.each<[string, unknown, string]>([
    ['no agent', {}, 'agent'],
    ['an agent that is a number', { agent: 1 }, 'agent'],
    ['an agent that is empty', { agent: '' }, 'agent'],
    ['an agent with a NUL', { agent: 'self\u0000check' }, 'agent'],
    ['an array', [], 'body'],
    ['an array of requests', [{ agent: 'self_check' }], 'body'],
    ['null', 'null', 'body'],
    ['a string', '"self_check"', 'body'],
    ['a number', '42', 'body'],
    ['an unknown field', check({ colour: 'red' }), 'colour'],
    ['two unknown fields', check({ colour: 'red', size: 1 }), 'size'],
    ['a field named constructor', check({ constructor: 1 }), 'constructor'],
    [
      'a field that would be a prototype',
      check({ constructor: { prototype: { admin: true } } }),
      'constructor',
    ],
    ['no body', '', 'agent'],
    ['an unknown field of the target', check({ target: { type: 'a', id: 'b', c: 1 } }), 'target.c'],
    ['a target without id', check({ target: { type: 'a' } }), 'target.id'],
    ['a target that is text', check({ target: 'doc:1' }), 'target'],
    ["a target's id of 201 characters", check({ target: { type: 'a', id: 'x'.repeat(201) } }), 'target.id'],
    ['half a surrogate pair in a target', raw('"target":{"type":"a","id":"\\ud800"}'), 'target.id'],
    ['input that is an array', check({ input: [] }), 'input'],
    ['input that is null', check({ input: null }), 'input'],
    ['input that is text', check({ input: '{}' }), 'input'],
    ['steps that are text', check({ input: { steps: '3' } }), 'input.steps'],
    ['steps that are not whole', check({ input: { steps: 1.5 } }), 'input.steps'],
    ['no steps at all', check({ input: { steps: 0 } }), 'input.steps'],
    ['a number beyond all bounds', raw('"input":{"steps":1e999}'), 'input.steps'],
    ['fail_step after the last step', check({ input: { steps: 2, fail_step: 3 } }), 'input.fail_step'],
    ['a NUL in the input', check({ input: { note: 'a\u0000b' } }), 'input'],
    ['a NUL in a key of the input', check({ input: { 'a\u0000b': 1 } }), 'input'],
    ['half a surrogate pair in the input', raw('"input":{"note":["\\udfff"]}'), 'input'],
    ['input nested 10,000 levels deep', raw(`"input":{"note":${nested(10_000)}}`), 'input'],
    ['labels nested 10,000 levels deep', raw(`"labels":${nested(10_000)}`), 'labels.0'],
    ['priority 2', check({ priority: 2 }), 'priority'],
    ['priority "5"', check({ priority: '5' }), 'priority'],
    ['priority low', check({ priority: 'low' }), 'priority'],
    ['priority null', check({ priority: null }), 'priority'],
    ['priority toString', check({ priority: 'toString' }), 'priority'],
    ['labels that are text', check({ labels: 'nightly' }), 'labels'],
    ['a label that is a number', check({ labels: ['a', 5] }), 'labels.1'],
    ['an empty label', check({ labels: [''] }), 'labels.0'],
    ['a label of 101 characters', check({ labels: ['x'.repeat(101)] }), 'labels.0'],
    ['21 labels', check({ labels: Array.from({ length: 21 }, (_, i) => `${i}`) }), 'labels'],
    ['a NUL in a label', check({ labels: ['\u0000'] }), 'labels.0'],
    ['half a surrogate pair in a label', raw('"labels":["x\\ud83d"]'), 'labels.0'],
    ['a project id that is none', check({ project_id: '1' }), 'project_id'],
    ['a project id with a tail', check({ project_id: `${randomUUID()}' OR true` }), 'project_id'],
    ['a timeout of nothing', check({ timeout_seconds: 0 }), 'timeout_seconds'],
    ['a timeout of more than a day', check({ timeout_seconds: 86_401 }), 'timeout_seconds'],
    ['a timeout in words', check({ timeout_seconds: '60' }), 'timeout_seconds'],
  ])('%s', async (_, body, field) => {
    const before = await counted();
    expectProblem(await used.api.post(PATH, body), 'validation_failed', field);
    expect(await counted()).toEqual(before);
  });

  test('an unknown field inside the input is named', async () => {
    const before = await counted();
    const answer = await used.api.post(PATH, check({ input: { colour: 'red' } }));
    expectProblem(answer, 'validation_failed');
    expect(answer.body.errors[0].field).toMatch(/^input/);
    expect(JSON.stringify(answer.body.errors)).toContain('colour');
    expect(await counted()).toEqual(before);
  });

  test('an agent that is not there', async () => {
    const before = await counted();
    for (const agent of ['nobody', '__proto__', 'constructor', 'SELF_CHECK', '🦉'])
      expectProblem(await used.api.post(PATH, { agent }), 'agent_unknown');
    expect(await counted()).toEqual(before);
  });

  test.each([
    ['no JSON', 'agent=self_check'],
    ['half of JSON', '{"agent":"self_check"'],
    ['a key __proto__', raw('"__proto__":{"admin":true}')],
    ['a key __proto__ deep inside', raw('"input":{"a":[{"__proto__":{"admin":true}}]}')],
  ])('a body of %s', async (_, body) => {
    const before = await counted();
    const answer = await used.api.post(PATH, body, { 'content-type': 'application/json' });
    expectProblem(answer, 'malformed_json');
    expect(await counted()).toEqual(before);
  });

  test('a request without any body', async () => {
    const before = await counted();
    expectProblem(await used.api.send('POST', PATH), 'validation_failed', 'agent');
    expect(await counted()).toEqual(before);
  });

  test('a body larger than a megabyte', async () => {
    const before = await counted();
    expectProblem(await used.api.post(PATH, check({ labels: ['x'.repeat(1_048_576)] })), 'body_too_large');
    expect(await counted()).toEqual(before);
  });

  test.each([['application/xml'], ['multipart/form-data; boundary=x'], ['application/octet-stream']])(
    'a body of the type %s',
    async (type) => {
      const before = await counted();
      const body = JSON.stringify(check({}));
      const answer = await used.api.post(PATH, body, { 'content-type': type });
      expectProblem(answer, 'unsupported_media_type');
      expect(await counted()).toEqual(before);
    },
  );

  test.each([
    ['application/x-www-form-urlencoded', 'agent=self_check'],
    ['text/plain', JSON.stringify({ agent: 'self_check' })],
  ])('a body of the type %s', async (type, body) => {
    const answer = await used.api.post(PATH, body, { 'content-type': type });
    expectProblem(answer, 'unsupported_media_type');
  });
});

describe('whatever is sent', () => {
  const awkward = fc.constantFrom(
    '\u0000',
    '\ud800',
    'x\udfffy',
    '\u202e',
    '👩‍👧',
    '__proto__',
    '',
    '$1',
    "'",
  );
  const text = fc.oneof(
    { arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }), weight: 15 },
    awkward,
  );
  const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 });
  const mostly = (fitting: fc.Arbitrary<unknown>) =>
    fc.oneof({ arbitrary: fitting, weight: 15 }, { arbitrary: json, weight: 1 });
  const request = fc.record(
    {
      agent: mostly(fc.constant('self_check')),
      input: mostly(
        fc.record(
          { steps: mostly(fc.integer({ min: 1, max: 3 })), model_calls: fc.constant(0) },
          { requiredKeys: [] },
        ),
      ),
      target: mostly(fc.record({ type: text, id: text })),
      labels: mostly(fc.array(text, { maxLength: 5 })),
      priority: mostly(fc.constantFrom('LOW', 1, 'CRITICAL', 20)),
      timeout_seconds: mostly(fc.integer({ min: 30, max: 60 })),
      project_id: mostly(fc.constant(undefined)),
    },
    { requiredKeys: ['agent'] },
  );

  test('no body is answered with a fault of the server, and every run that is admitted ends', async () => {
    const admitted: string[] = [];
    await fc.assert(
      fc.asyncProperty(fc.oneof({ arbitrary: request, weight: 5 }, json), async (body) => {
        const answer = await used.api.post(PATH, JSON.stringify(body));
        expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
        if (answer.status === 201) admitted.push(answer.body.agent_runs[0].id);
        else expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      }),
      { numRuns: 200 },
    );
    expect(admitted.length).toBeGreaterThan(20);
    await vi.waitFor(async () => {
      const left = await used.stack.query(
        `SELECT id, status, labels, target_type, target_id FROM agent_runs WHERE id = ANY($1) AND status <> 'completed'`,
        [admitted],
      );
      expect(left).toEqual([]);
    }, LONG);
  });
});
