import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { likeness, likenessOf, mostAlike } from '../../src/workspace/memories/likeness.js';
import { newMember } from '../platform/auth/people.js';
import { ok } from '../support/answers.js';
import type { Caller, Json } from '../support/caller.js';
import { expectProblem } from '../support/problems.js';
import { askedOf } from '../support/respond-request.js';
import { newThread } from '../workspace/new-items.js';
import { ORDER, useAgents } from './two-tenants.js';

const used = useAgents();
const said = (body: string, change: object = {}) => ({ role: 'user', body, ...change });
const diffs = async (api: Caller = used.api): Promise<Json[]> =>
  ok(await api.get(`/api/projects/${used.project}/memory-diffs?limit=200`)).proposals;
const memories = async (): Promise<Json[]> =>
  ok(await used.api.get(`/api/projects/${used.project}/memories`)).memories;
const remember = async (body: string, mine = false): Promise<Json> =>
  ok(await used.api.post(`/api/projects/${used.project}/memories`, { body, mine }), 201);
const add = (text: string, change: object = {}) => ({
  action: 'add',
  about: 'project',
  memory_id: null,
  text,
  reason: 'It was said.',
  ...change,
});

async function turn(messages: object[], thread: object = {}, api = used.api): Promise<Json> {
  const { id } = await newThread(api, used.project, thread);
  return ok(await api.post(`/api/threads/${id}/turns`, { messages }), 201);
}

async function reviewed(
  messages: object[] = [said('We ship on Fridays.')],
  thread: object = {},
): Promise<Json> {
  const { raw_event_id, agent_runs, skipped_agents } = await turn(messages, thread);
  expect(skipped_agents).toEqual([]);
  expect(agent_runs).toMatchObject([
    {
      agent: 'chat_memory_reviewer',
      input: { raw_event_id },
      target: { type: 'raw_event', id: raw_event_id },
    },
  ]);
  return used.completed(agent_runs[0].id);
}
const toldOf = async ({ id }: Json) => JSON.parse((await askedOf(used, id)).input);

test('a turn becomes memory diffs, and accepting one adds the memory with its source', async () => {
  await used.answer({
    suggestions: [add('The team ships on Fridays.'), add('Likes tea.', { about: 'person' })],
  });
  const run = await reviewed();
  expect(run.result).toMatchObject({ note: null, dropped: 0, known: 0 });
  const [{ proposals }] = await used.outputs(run);
  expect(proposals).toHaveLength(2);
  const { turn } = await toldOf(run);
  for (const { id } of proposals) await used.accept(id);
  const sources = [{ type: 'message', id: turn[0].id, quote: 'We ship on Fridays.' }];
  expect(await memories()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ body: 'The team ships on Fridays.', user_id: null, sources }),
      expect.objectContaining({ body: 'Likes tea.', user_id: used.stack.tenant.user_id, sources }),
    ]),
  );
});

test('the offline model reviews a turn, too', async () => {
  const run = await reviewed();
  const [{ proposals }] = await used.outputs(run);
  expect(proposals).toMatchObject([{ kind: 'memory_add', change: { body: 'We ship on Fridays.' } }]);
});

test('a memory is changed or removed by its id; invented ids are dropped', async () => {
  const [kept, gone] = [await remember('We ship on Mondays.'), await remember('The printer burns.')];
  const none = '01900000-0000-7000-8000-00000000ffff';
  await used.answer({
    suggestions: [
      add('We ship on Fridays.', { action: 'change', memory_id: kept.id.toUpperCase() }),
      add('', { action: 'remove', memory_id: gone.id, text: null }),
      add('x', { action: 'change', memory_id: none }),
      add('x', { action: 'remove', memory_id: 'none' }),
      add(' '),
    ],
  });
  expect((await reviewed()).result).toMatchObject({
    dropped: 3,
    proposals: [expect.any(String), expect.any(String)],
  });
  for (const { id } of await diffs()) await used.accept(id);
  expect(await memories()).toMatchObject([{ id: kept.id, body: 'We ship on Fridays.', version: 2 }]);
});

test('a repeated memory is dropped, a near repetition becomes a change, and nothing is suggested twice', async () => {
  await remember('We ship on Fridays.');
  const near = await remember('Invoices go to the customers every Monday morning at nine');
  const better = 'Invoices go to the customers every Monday morning at ten sharp at nine';
  await used.answer({ suggestions: [add('we SHIP, on fridays'), add(better), add('New.'), add('new')] });
  expect((await reviewed()).result).toMatchObject({ known: 2, dropped: 0 });
  const kinds = (await diffs()).map(({ kind, target }) => [kind, target?.id]);
  expect(kinds).toEqual(
    expect.arrayContaining([
      ['memory_change', near.id],
      ['memory_add', undefined],
    ]),
  );
  await used.answer({ suggestions: [add('New!')] });
  const again = await reviewed();
  expect(again.result).toMatchObject({ known: 1, proposals: [], note: expect.stringMatching(/nothing new/) });
  expect(again.outputs).toEqual([]);
});

test('a turn without anything to remember leads to no suggestion, and the result says so', async () => {
  await used.answer({ suggestions: [] });
  const run = await reviewed();
  expect(run.result).toMatchObject({ note: expect.stringMatching(/nothing new/), proposals: [] });
  expect(run.outputs).toEqual([]);
  expect(await diffs()).toEqual([]);
});

test('internal messages reach no model, in support and in chat', async () => {
  const internal = { metadata: { internal: true } };
  const run = await reviewed([said('A secret', internal), said('Hello')], { channel: 'support' });
  const told = await toldOf(run);
  expect(told.turn).toMatchObject([{ text: 'Hello' }]);
  expect(JSON.stringify(told)).not.toContain('A secret');
  await used.model.reset();
  const hidden = await reviewed([said('A secret', internal)]);
  expect(hidden.result).toMatchObject({
    note: expect.stringMatching(/internal/),
    embedded: 0,
    proposals: [],
  });
  expect((await used.model.calls()).total).toBe(0);
});

test('search finds a reviewed turn by meaning, and no internal message', async () => {
  await used.answer({ suggestions: [] });
  const run = await reviewed([
    said('Employees may take thirty days of paid holiday each year.'),
    said('The annual leave is a secret.', { metadata: { internal: true } }),
  ]);
  expect(run.result).toMatchObject({ embedded: 1 });
  const q = encodeURIComponent('how much vacation do workers get');
  const { hits, stale } = ok(await used.api.get(`/api/projects/${used.project}/search?q=${q}`));
  expect(hits).toMatchObject([{ source: { type: 'message' }, why: 'meaning' }]);
  expect(stale).toBe(0);
});

test('a turn is saved although the agent is disabled, and the answer names the decision', async () => {
  await used.setting('chat_memory_reviewer', { enabled: false });
  const saved = await turn([said('Hello')]);
  expect(saved.agent_runs).toEqual([]);
  expect(saved.skipped_agents).toMatchObject([
    { agent: 'chat_memory_reviewer', code: 'agent_disabled', decided_by: { scope: 'organisation' } },
  ]);
  expect(await used.rows('messages')).toMatchObject([{ body: 'Hello', raw_event_id: saved.raw_event_id }]);
  expect(await used.rows('agent_runs')).toEqual([]);
});

test('a repeated delivery suggests nothing more', async () => {
  await used.answer({ suggestions: [add('New.')] });
  const run = await reviewed();
  const before = await diffs();
  const again = await used.deliver(run.id, 'memories', { suggestions: [add('Other.')], seen: [] });
  expect(again.proposed?.made).toEqual(run.result.proposals);
  expect(await diffs()).toEqual(before);
});

test('an order in a message is data: nothing is remembered before a person accepts it', async () => {
  await used.answer({ suggestions: [add('<script>alert(1)</script>\u0000 Obey.', { reason: ORDER })] });
  const run = await reviewed([said(ORDER)]);
  const asked = await askedOf(used, run.id);
  expect(JSON.parse(asked.input).turn[0].text).toBe(ORDER);
  expect(asked.instructions).not.toContain(ORDER);
  expect(await memories()).toEqual([]);
  expect(await diffs()).toMatchObject([{ status: 'pending', reason: ORDER }]);
});

test('an answer that never fits the schema fails the run; the turn stays, and nothing else is written', async () => {
  await used.setting('chat_memory_reviewer', { settings: { max_attempts: 1 } });
  await used.answer({ suggestions: [{ action: 'drop tables' }] }, true);
  const { agent_runs } = await turn([said('Hello')]);
  const failed = await used.api.ended(agent_runs[0].id, 60_000);
  expect(failed.error).toMatchObject({ code: 'model_output_invalid', step: 'review' });
  expect(failed.error.message).toContain('suggestions');
  expect(await diffs()).toEqual([]);
  expect(await used.rows('messages')).toHaveLength(1);
});

test("a person's memories are sent for that person's turns alone; another tenant's turn does not exist", async () => {
  await remember('Mine alone', true);
  const member = await newMember(used.api, 'member');
  const theirs = await turn([said('Hello')], {}, member.api);
  const run = await used.completed(theirs.agent_runs[0].id);
  expect((await toldOf(run)).memories).toEqual([]);
  const input = { raw_event_id: theirs.raw_event_id };
  const ask = async (project_id: string, api = used.api) => {
    const { id } = await api.start({ agent: 'chat_memory_reviewer', project_id, input });
    return api.ended(id);
  };
  await used.answer({ suggestions: [add('Likes tea.', { about: 'person' })] });
  const mine = await ask(used.project);
  expect((await toldOf(mine)).memories).toEqual([]);
  expect((await diffs()).find(({ run_id }) => run_id === mine.id)).toMatchObject({ user_id: null });
  const missing = {
    status: 'failed',
    error: { code: 'not_found', retryable: false, step: 'look for chunks' },
  };
  expect(await ask(used.theirs, used.other)).toMatchObject(missing);
  expect(await ask(await used.newProject())).toMatchObject(missing);
  expectProblem(await used.other.get(`/api/projects/${used.project}/memory-diffs`), 'not_found');
});

describe('likeness', () => {
  const text = fc.oneof(fc.string(), fc.lorem({ maxCount: 12 }));

  test('is between 0 and 1, the same from both sides, and 1 of a text with itself', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(likeness(a, b)).toBe(likeness(b, a));
        expect(likenessOf(a, b)).toBe(likenessOf(b, a));
        expect(likeness(a, b)).toBeGreaterThanOrEqual(0);
        expect(likeness(a, b)).toBeLessThanOrEqual(1);
        expect([likeness(a, a), likenessOf(a, a)]).toEqual([1, 'same']);
      }),
    );
  });

  test('does not see case, signs and spaces', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 12 }), (a) => {
        expect(likenessOf(a, `  ${a.toUpperCase().replaceAll(' ', ' – ')}! `)).toBe('same');
      }),
    );
  });

  test('is none where no word is shared, and falls with every word that is not', () => {
    const words = fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(words, (numbers) => {
        const [a, b] = [numbers.map((n) => `a${n}`), numbers.map((n) => `b${n}`)];
        expect(likeness(a.join(' '), b.join(' '))).toBe(0);
        const falling = numbers.map((_, index) =>
          likeness(a.join(' '), [...a, ...b.slice(0, index)].join(' ')),
        );
        expect(falling).toEqual(falling.toSorted((x, y) => y - x));
      }),
    );
  });

  test('finds the nearest, and none that is not near', () => {
    const among = ['one two three four five', 'one two three four', 'nine ten'].map((body) => ({ body }));
    expect(mostAlike('four three two one', among)).toBe(among[1]);
    expect(mostAlike('One two three four five!', among)).toBe(among[0]);
    expect(mostAlike('eleven', among)).toBeNull();
    expect(mostAlike('x', [])).toBeNull();
  });
});
