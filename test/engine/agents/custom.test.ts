import { expect, test } from 'vitest';
import { ok } from '../../support/answers.js';
import type { Json } from '../../support/caller.js';
import { expectVerified } from '../../support/effects.js';
import { expectProblem } from '../../support/problems.js';
import { useScriptedStack } from '../../support/scripted-stack.js';
import { TestStack } from '../../support/stack.js';
import { publish, publishChange, publishedAgent, TRIAGE } from './own-agents.js';

const scripted = useScriptedStack();

const input = { ticket: 'I was charged twice.' };
const askedOf = (run_id: string): Promise<Json[]> =>
  scripted.stack.query(`SELECT requested_model, kind, tries FROM agent_run_model_calls WHERE run_id = $1`, [
    run_id,
  ]);
const bind = async (key: string, scope: string, body: object): Promise<Json> =>
  ok(await scripted.api.send('PUT', `/api/agents/${key}/bindings/${scope}`, body));

test('a custom agent answers as its version says: the input checked, the result of its shape, all of it proven', async () => {
  await publishedAgent(scripted.api, 'triage', { ...TRIAGE, model: 'offline model' });
  const run = await scripted.api.start({ agent: 'triage', input });
  expect(run).toMatchObject({ agent_version: 1, input: { ...input, urgent: false }, settings: {} });
  const ended = await scripted.api.ended(run.id);
  expect(ended, JSON.stringify(ended)).toMatchObject({ status: 'completed', agent_version: 1, attempt: 1 });
  expect(['billing', 'support']).toContain(ended.result.team);
  expect(Object.keys(ended.result).sort()).toEqual(['summary', 'team']);
  expect(await askedOf(run.id)).toEqual([{ requested_model: 'offline model', kind: 'respond', tries: 1 }]);
  const [queued] = await scripted.api.events(run.id);
  expect(queued.data).toEqual({ agent: 'triage', trigger: 'api', agent_version: 1 });
  await expectVerified(scripted.api, run.id, 'temporal');
  const history = JSON.stringify((await scripted.api.get(`/api/agent-runs/${run.id}/audit`)).body);
  expect(history).not.toContain(TRIAGE.instructions);
});

test('an input that its schema does not take is refused by field', async () => {
  await publishedAgent(scripted.api, 'strict_triage');
  const before = await scripted.stack.query('SELECT count(*) FROM agent_runs');
  for (const [given, field] of [
    [{}, 'input.ticket'],
    [{ ticket: '' }, 'input.ticket'],
    [{ ticket: 'x', colour: 'red' }, 'input.colour'],
    [{ ticket: 'x', urgent: 'very' }, 'input.urgent'],
  ] as const)
    expectProblem(
      await scripted.api.post('/api/agent-runs', { agent: 'strict_triage', input: given }),
      'validation_failed',
      field,
    );
  expect(await scripted.stack.query('SELECT count(*) FROM agent_runs')).toEqual(before);
});

test('a schema that no provider can hold its model to is checked all the same; null takes any input', async () => {
  await publishedAgent(scripted.api, 'loose', {
    instructions: 'Answer.',
    output_schema: {
      type: 'object',
      properties: { text: { type: 'string' }, more: { type: 'number' } },
      required: ['text'],
    },
  });
  const run = await scripted.api.start({ agent: 'loose', input: { anything: [1, { goes: true }] } });
  expect(await scripted.api.ended(run.id)).toMatchObject({
    status: 'completed',
    result: { text: expect.any(String) },
  });
});

test('a key, a title and instructions make an agent that runs: its result is plain text', async () => {
  const made = ok(
    await scripted.api.post('/api/agents', {
      key: 'limerick',
      title: 'Writes a limerick',
      definition: { instructions: 'Write a limerick about the input.' },
      publish: true,
    }),
    201,
  );
  expect(made).toMatchObject({ purpose: 'Writes a limerick', published_version: 1, draft_versions: [] });
  const run = await scripted.api.start({ agent: 'limerick', input: { about: 'an audit' } });
  expect(await scripted.api.ended(run.id)).toMatchObject({
    status: 'completed',
    result: { text: expect.stringMatching(/./) },
  });
  const { changes } = ok(await scripted.api.get('/api/audit-log?subject=agent_version'));
  expect(changes[0]).toMatchObject({ after: { number: 1, status: 'published' } });
});

test('a request that is sent again is answered with its run, whatever its schema takes by now', async () => {
  await publishedAgent(scripted.api, 'renamed');
  const body = { agent: 'renamed', input };
  const again = () => scripted.api.post('/api/agent-runs', body, { 'idempotency-key': 'renamed/1' });
  const [first] = ok(await again(), 201).agent_runs;
  const input_schema = { type: 'object', properties: { subject: { type: 'string' } }, required: ['subject'] };
  await publishChange(scripted.api, 'renamed', { input_schema });
  expect(ok(await again(), 201).agent_runs).toMatchObject([{ id: first.id }]);
  expectProblem(await scripted.api.post('/api/agent-runs', body), 'validation_failed', 'input.subject');
  expectProblem(
    await scripted.api.post('/api/agent-runs', { ...body, input: {} }, { 'idempotency-key': 'renamed/1' }),
    'idempotency_conflict',
  );
});

test('a run keeps to its version, whatever is published meanwhile', async () => {
  await publishedAgent(scripted.api, 'pinned', { ...TRIAGE, model: 'fast', timeout_seconds: 50 });
  await scripted.model.misbehave([{ mode: 'slow', ms: 1500 }]);
  const run = await scripted.api.start({ agent: 'pinned', input });
  await scripted.api.until(run.id, ({ status }) => status === 'running');
  const wider = structuredClone(TRIAGE.output_schema) as Json;
  wider.properties = { verdict: { type: 'string' } };
  wider.required = ['verdict'];
  expect(await publishChange(scripted.api, 'pinned', { output_schema: wider, model: 'reasoning' })).toBe(2);
  const late = await scripted.api.start({ agent: 'pinned', input });
  const [first, second] = [await scripted.api.ended(run.id), await scripted.api.ended(late.id)];
  expect(first).toMatchObject({
    status: 'completed',
    agent_version: 1,
    result: { team: expect.any(String) },
  });
  expect(second).toMatchObject({
    status: 'completed',
    agent_version: 2,
    result: { verdict: expect.any(String) },
  });
  expect((await askedOf(run.id))[0]?.requested_model).toBe('gpt-5-mini');
  expect((await askedOf(late.id))[0]?.requested_model).toBe('gpt-5.2');
  await scripted.model.reset();
});

test('a run waiting in the queue keeps to its version, too, also once nothing is published any more', async () => {
  await publishedAgent(scripted.api, 'queued');
  const quiet = new TestStack(
    { ...scripted.stack.parts, model: scripted.model.url },
    { OPENAI_BASE_URL: scripted.model.url },
  );
  await quiet.open();
  const waiting = quiet.caller((await quiet.startApi()).url);
  await publishedAgent(waiting, 'queued');
  const run = await waiting.start({ agent: 'queued', input });
  await publishChange(waiting, 'queued', { instructions: 'Other words.' });
  ok(await waiting.post('/api/agents/queued/versions/2/archive', { version: 2 }));
  await quiet.startWorker();
  expect(await waiting.ended(run.id)).toMatchObject({ status: 'completed', agent_version: 1 });
  await quiet.close();
});

test('bindings override model, priority, timeout and attempts, the narrowest for each; the request goes before', async () => {
  await publishedAgent(scripted.api, 'overridden');
  const { project_id } = scripted.stack.tenant;
  await bind('overridden', 'organisation', {
    settings: { priority: 'HIGH', timeout_seconds: 40, model: 'offline model' },
  });
  await bind('overridden', 'project', { project_id, settings: { priority: 20, max_attempts: 2 } });
  await bind('overridden', 'user', { settings: { timeout_seconds: 30 } });
  const settings = { model: 'offline model', priority: 20, timeout_seconds: 30, max_attempts: 2 };

  const run = await scripted.api.start({ agent: 'overridden', input, project_id });
  expect(run).toMatchObject({ settings, priority: 20, timeout_seconds: 30 });
  await scripted.api.ended(run.id);
  expect((await askedOf(run.id))[0]?.requested_model).toBe('offline model');
  const elsewhere = await scripted.api.start({ agent: 'overridden', input });
  expect(elsewhere).toMatchObject({ priority: 10, timeout_seconds: 30 });
  expect(elsewhere.settings).not.toHaveProperty('max_attempts');
  const asked = await scripted.api.start({
    agent: 'overridden',
    input,
    project_id,
    priority: 1,
    timeout_seconds: 60,
  });
  expect(asked).toMatchObject({ settings, priority: 1, timeout_seconds: 60 });

  const effective = ok(await scripted.api.get(`/api/agents/overridden/effective?project_id=${project_id}`));
  expect(effective).toMatchObject({
    published_version: 1,
    schedule: { value: { kind: 'manual' }, origin: null },
    settings: {
      model: { value: 'offline model', origin: { scope: 'organisation' } },
      priority: { value: 20, origin: { scope: 'project' } },
      timeout_seconds: { value: 30, origin: { scope: 'user' } },
      max_attempts: { value: 2, origin: { scope: 'project' } },
      auto_accept: { value: false, origin: null },
    },
  });
});

test("how often a run is tried is its version's word, or the binding's", async () => {
  const retry = { max_attempts: 4, first_delay_ms: 10, backoff: 1, max_delay_ms: 10 };
  await publishChange(scripted.api, 'self_check', { retry });
  const failing = { agent: 'self_check', input: { steps: 1, fail_step: 1 } };
  const run = await scripted.api.start(failing);
  expect(await scripted.api.ended(run.id)).toMatchObject({ status: 'failed', attempt: 4, agent_version: 2 });
  await bind('self_check', 'organisation', { settings: { max_attempts: 2 } });
  const bound = await scripted.api.start(failing);
  expect(await scripted.api.ended(bound.id)).toMatchObject({
    status: 'failed',
    attempt: 2,
    settings: { max_attempts: 2 },
  });
});

test('a built-in agent uses the words and the model of the version that a person published', async () => {
  await publishChange(scripted.api, 'self_check', {
    instructions: 'Say it in verse.',
    model: 'offline model',
  });
  const run = await scripted.api.start({ agent: 'self_check', input: { model_calls: 1 } });
  expect(await scripted.api.ended(run.id)).toMatchObject({ status: 'completed' });
  expect((await askedOf(run.id))[0]?.requested_model).toBe('offline model');
  await publish(scripted.api, 'self_check', 1);
});

test('the runs of a deleted agent stay, with its key and number; one under way fails and says why', async () => {
  await publishedAgent(scripted.api, 'short_lived');
  const run = await scripted.api.start({ agent: 'short_lived', input });
  const done = await scripted.api.ended(run.id);
  await scripted.model.misbehave([{ mode: 'slow', ms: 1000 }]);
  const cut = await scripted.api.start({ agent: 'short_lived', input });
  await scripted.api.until(cut.id, ({ status }) => status === 'running');
  await bind('short_lived', 'organisation', { enabled: true });
  ok(await scripted.api.send('DELETE', '/api/agents/short_lived'), 204);
  expect(await scripted.api.ended(cut.id)).toMatchObject({
    status: 'failed',
    agent: 'short_lived',
    agent_version: 1,
    error: { code: 'agent_unknown', retryable: false },
  });
  expect(await scripted.api.run(run.id)).toEqual(done);
  expect(await scripted.stack.query(`SELECT 1 FROM bindings WHERE agent = 'short_lived'`)).toEqual([]);
  expectProblem(await scripted.api.post(`/api/agent-runs/${run.id}/rerun`), 'agent_unknown');
  await scripted.model.reset();
});
