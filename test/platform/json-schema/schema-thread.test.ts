import { beforeAll, describe, expect, test } from 'vitest';
import { toFailure } from '../../../activities/model/failures.js';
import { createCheckOutput } from '../../../src/engine/runs/output.js';
import { SchemaThread } from '../../../src/platform/json-schema/schema-thread.js';
import { agentNamed, publishedAgent, TRIAGE } from '../../engine/agents/own-agents.js';
import { ok } from '../../support/answers.js';
import type { Answer, Caller } from '../../support/caller.js';
import { expectProblem } from '../../support/problems.js';
import { useScriptedStack } from '../../support/scripted-stack.js';

const scripted = useScriptedStack();
let other: Caller;
beforeAll(async () => {
  other = scripted.stack.caller(
    scripted.url,
    (await scripted.stack.seed('Other', 'owner@other.test')).api_key,
  );
  await publishedAgent(other, 'triage');
});

const repeated = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);
const objectOf = (a: object) => ({ type: 'object', properties: { a } });

/** Each alternative spells out the whole value to compare its elements: few comparisons, and minutes of work. */
const SLOW = objectOf({ allOf: repeated(1500, { type: 'array', uniqueItems: true }) });
const slowValue = { a: [repeated(40_000, 1)] };
/** Each element that lacks the field gets a copy of its default: gigabytes. */
const LARGE = objectOf({
  type: 'array',
  items: { type: 'object', properties: { b: { type: 'array', default: repeated(30_000, 0) } } },
});
const largeValue = { a: repeated(10_000, {}) };
/** Texts are shared until the result is written down. */
const LONG = objectOf({
  type: 'array',
  items: { type: 'object', properties: { b: { type: 'string', default: 'x'.repeat(60_000) } } },
});

const small = { a: [] };
const TOO_SLOW = 'takes more than 1000 ms to check: send less, or publish a simpler schema';
const TOO_LARGE = 'takes more than 256 MB of memory to check: send less, or publish a simpler schema';
const TOO_LONG = 'is longer than 2 MB once the defaults of its schema are filled in';
const cases = [
  ['is slow to check', 'slow', SLOW, slowValue, TOO_SLOW, 10],
  ['fills the memory', 'large', LARGE, largeValue, TOO_LARGE, 10],
  ['grows by its defaults', 'long', LONG, largeValue, TOO_LONG, 0],
] as const;

/** How often the API says that it lives before the answer comes, at most so often. */
async function livesUntil(answer: Promise<unknown>, most: number): Promise<number> {
  let [pending, lives] = [true, 0];
  void answer.finally(() => {
    pending = false;
  });
  for (; pending && lives < most; lives += 1)
    expect((await scripted.api.get('/api/health/live')).status).toBe(200);
  return lives;
}

describe.each(cases)('a value that %s', (_, key, schema, value, why, lives) => {
  const start = (input: object): Promise<Answer> =>
    scripted.api.post('/api/agent-runs', { agent: key, input });

  test('is refused as an input, while the API goes on for everybody', async () => {
    await publishedAgent(scripted.api, key, { ...TRIAGE, input_schema: schema });
    const refused = start(value);
    const elsewhere = other.post('/api/agent-runs', { agent: 'triage', input: { ticket: 'Where is it?' } });
    expect(await livesUntil(refused, lives)).toBe(lives);
    expectProblem(await refused, 'validation_failed', 'input');
    expect((await refused).body.detail).toBe(`input: ${why}`);
    ok(await elsewhere, 201);
    ok(await start(small), 201);
  });

  test('is refused as a result', async () => {
    const version = { id: key, organisation_id: key, output_schema: schema };
    const check = createCheckOutput({ ofRun: () => Promise.resolve(version) } as never);
    const result = (held: object) => check({ run_id: 'x', agent: key, custom: true }, held);
    expect(await result(value)).toEqual({ ok: false, code: 'agent_defect', message: `the result ${why}` });
    expect(await result(small)).toEqual({ ok: true, result: small });
  });
});

test('values like these are refused as the answers of a model, while the worker goes on', async () => {
  await scripted.model.misbehave(
    cases.map(([, key, , value]) => ({ mode: 'say', text: JSON.stringify(value), match: `Be ${key}.` })),
    true,
  );
  const started = cases.map(async ([, name, output_schema, , why]) => {
    const agent = `${name}_answer`;
    await publishedAgent(scripted.api, agent, { instructions: 'Answer.', output_schema });
    ok(
      await scripted.api.send('PUT', `/api/agents/${agent}/bindings/organisation`, {
        settings: { max_attempts: 1 },
      }),
    );
    const run = await scripted.api.start({ agent, input: { please: `Be ${name}.` } });
    return { agent, run, why };
  });
  const elsewhere = await other.start({ agent: 'triage', input: { ticket: 'Where is it?' } });
  expect(await other.ended(elsewhere.id)).toMatchObject({ status: 'completed' });
  for (const { agent, run, why } of await Promise.all(started)) {
    expect(await scripted.api.ended(run.id)).toMatchObject({
      status: 'failed',
      error: { code: 'model_output_invalid', message: `the output ${why}` },
    });
    const next = await scripted.api.start({ agent, input: { please: 'Be right.' } });
    expect(await scripted.api.ended(next.id)).toMatchObject({ status: 'completed' });
  }
});

test('a schema that is slow to read is refused when it is saved, while the API goes on', async () => {
  const schema = objectOf({ type: repeated(2000, 'array'), prefixItems: repeated(4000, true) });
  const answer = scripted.api.post(
    '/api/agents',
    agentNamed('unreadable', { ...TRIAGE, output_schema: schema }),
  );
  expect(await livesUntil(answer, 10)).toBe(10);
  expectProblem(await answer, 'validation_failed', 'definition.output_schema');
  expect((await answer).body.detail).toMatch(/takes more than (1000 ms|256 MB of memory) to read/);
  await publishedAgent(scripted.api, 'readable');
  const { number, version } = ok(
    await scripted.api.post('/api/agents/readable/versions', { definition: { instructions: 'Otherwise.' } }),
    201,
  );
  await scripted.stack.query(
    `UPDATE agent_versions v SET definition = jsonb_set(definition, '{input_schema}', $2::jsonb)
       FROM agents a WHERE a.id = v.agent_id AND a.key = 'readable' AND v.number = $1`,
    [number, JSON.stringify(schema)],
  );
  const publish = scripted.api.post(`/api/agents/readable/versions/${number}/publish`, { version });
  expect(await livesUntil(publish, 10)).toBe(10);
  expectProblem(await publish, 'validation_failed', 'definition.input_schema');
});

describe('of the tasks of one thread', () => {
  const slow = { id: 'slow', schema: SLOW };

  test('only the one that takes too long is refused; those that wait behind it are done', async () => {
    const thread = new SchemaThread({ deadline_ms: 1000, most_waiting: 10 });
    const first = thread.check({ organisation_id: 'a', ...slow }, slowValue);
    const behind = ['a', 'b', 'b', 'c'].map((organisation_id) =>
      thread.check({ organisation_id, ...slow }, small),
    );
    expect(await first).toMatchObject({ verdict: 'refused' });
    expect(await Promise.all(behind)).toEqual(repeated(4, { verdict: 'fits', value: small }));
  });

  test('those of an organisation that has used less time go first', async () => {
    const thread = new SchemaThread({ deadline_ms: 1000, most_waiting: 10 });
    const order: string[] = [];
    const ask = (organisation_id: string, value: object) =>
      thread.check({ organisation_id, ...slow }, value).then(() => order.push(organisation_id));
    await Promise.all([ask('a', slowValue), ask('a', slowValue), ask('b', small), ask('b', small)]);
    expect(order).toEqual(['a', 'b', 'b', 'a']);
  });

  test('so many of one organisation wait; another may still ask', async () => {
    const thread = new SchemaThread({ deadline_ms: 1000, most_waiting: 2 });
    const ask = (organisation_id: string) => thread.check({ organisation_id, ...slow }, small);
    const taken = [ask('a'), ask('a'), ask('a')];
    const error = await ask('a').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'too_many_checks', status: 429 });
    expect(toFailure(error)).toMatchObject({ type: 'too_many_checks', nonRetryable: false });
    taken.push(ask('b'));
    expect(await Promise.all(taken)).toEqual(repeated(4, { verdict: 'fits', value: small }));
  });

  test('one whose caller has gone is never begun; nor is one that has waited too long', async () => {
    const thread = new SchemaThread({ longest_wait_ms: 300, most_waiting: 2 });
    const ask = (organisation_id: string, value: object, signal?: AbortSignal) =>
      thread.check({ organisation_id, ...slow }, value, signal).catch((thrown: unknown) => thrown);
    const busy = ask('a', slowValue);
    const gone = new AbortController();
    const left = [ask('b', slowValue, gone.signal), ask('b', slowValue, gone.signal)];
    gone.abort('gone');
    expect(await Promise.all(left)).toEqual(['gone', 'gone']);
    expect(await ask('b', slowValue, gone.signal)).toBe('gone');
    // Tasks whose callers left make room, also while the thread is busy.
    const late = [ask('b', slowValue), ask('b', slowValue)];
    for (const error of await Promise.all(late))
      expect(error).toMatchObject({ code: 'too_many_checks', message: expect.stringContaining('0.3 s') });
    expect(await busy).toMatchObject({ verdict: 'refused' });
    expect(await ask('c', small)).toEqual({ verdict: 'fits', value: small });
  });

  test('a signal that is aborted once a check has begun takes nothing from it', async () => {
    const thread = new SchemaThread();
    const gone = new AbortController();
    const begun = thread.check({ organisation_id: 'a', ...slow }, small, gone.signal);
    gone.abort();
    expect(await begun).toEqual({ verdict: 'fits', value: small });
  });

  test('a value that cannot be sent fails alone, also where the thread ends afterwards', async () => {
    const thread = new SchemaThread();
    const ask = (id: string, schema: object, value: unknown) =>
      thread.check({ organisation_id: 'a', id, schema: schema as Record<string, unknown> }, value);
    await expect(ask('slow', SLOW, { a: () => 1 })).rejects.toThrow('could not be cloned');
    expect(await ask('large', LARGE, largeValue)).toMatchObject({ verdict: 'refused' });
    expect(await ask('slow', SLOW, small)).toEqual({ verdict: 'fits', value: small });
  });
});
