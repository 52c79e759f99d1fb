import { expect, test } from 'vitest';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { expectProblem } from '../support/problems.js';
import { askedOf } from '../support/respond-request.js';
import { newDoc, newTicket } from '../workspace/new-items.js';
import { ORDER, useAgents } from './two-tenants.js';

const used = useAgents();
const GOALS = 'Customers pay without help.';
const generate = (goals = GOALS, api = used.api) =>
  api.post(`/api/projects/${used.project}/roadmap/generate`, { goals });
const generated = async (goals = GOALS): Promise<Json> => {
  const [run] = ok(await generate(goals), 201).agent_runs;
  return used.completed(run.id);
};
const roadmap = async () => ok(await used.api.get(`/api/projects/${used.project}/roadmap`));
const epic = (title: string, change: object = {}) => ({
  title,
  goal: `${title} is done.`,
  ticket_keys: [],
  reason: 'It serves the goals.',
  ...change,
});
const plan = (...epics: object[]) => ({ summary: 'Money first.', reason: 'It is the goal.', epics });
const titled = (proposals: Json[]) => proposals.map(({ change }) => change.title ?? change.summary).sort();

test('goals, tickets and docs become proposals, and accepting them writes the roadmap', async () => {
  const ticket = await newTicket(used.api, used.project, { title: 'Pay by card', body: 'No card works.' });
  const closed = await newTicket(used.api, used.project, { title: 'Old' });
  await used.stack.query(`UPDATE tickets SET status = 'closed' WHERE id = $1`, [closed.id]);
  await newDoc(used.api, used.project, { title: 'Invoices', body: 'Are sent on Monday.' });
  const { agent_runs } = ok(await generate(), 201);
  const today = new Date().toISOString().slice(0, 10);
  expect(agent_runs).toMatchObject([
    { target: { type: 'daily_session', id: today }, input: { goals: GOALS } },
  ]);
  const run = await used.completed(agent_runs[0].id);
  const told = JSON.parse((await askedOf(used, run.id)).input);
  expect(told).toMatchObject({
    goals: GOALS,
    roadmap: { says: '', version: 0 },
    tickets: [{ key: ticket.key, title: 'Pay by card', begins: 'No card works.' }],
    docs: [{ title: 'Invoices', begins: 'Are sent on Monday.' }],
  });
  const [{ proposals }] = await used.outputs(run);
  expect(proposals.map(({ id }: Json) => id).sort()).toEqual(run.result.proposals.toSorted());
  expect(proposals.filter(({ kind }: Json) => kind === 'roadmap_summary')).toHaveLength(1);
  for (const { id } of proposals) await used.accept(id);
  const { version, summary, epics } = await roadmap();
  expect({ version, summary }).toEqual({ version: 1, summary: expect.stringMatching(/\S/) });
  expect(epics).toHaveLength(proposals.length - 1);
});

test('tickets are found by their keys, and missing ones are dropped', async () => {
  const ticket = await newTicket(used.api, used.project);
  const elsewhere = await newTicket(used.api, await used.newProject());
  await used.answer(
    plan(epic('Cards', { ticket_keys: [ticket.key, ticket.key, elsewhere.key, 'TCK-99999', 'x'] })),
  );
  expect((await generated()).result).toMatchObject({ dropped: 3, known: 0 });
  const [made] = (await used.inbox()).filter(({ kind }) => kind === 'epic_new');
  expect(made).toMatchObject({
    change: { title: 'Cards', ticket_ids: [ticket.id] },
    sources: [{ type: 'ticket', id: ticket.id }],
  });
  await used.accept(made?.id);
  expect((await roadmap()).epics).toMatchObject([{ title: 'Cards', ticket_ids: [ticket.id] }]);
});

test('a new generation replaces the waiting one, and decided epics are not proposed again', async () => {
  await used.answer(plan(epic('A'), epic('B'), epic('C')));
  await generated();
  const first = await used.inbox();
  expect(titled(first)).toEqual(['A', 'B', 'C', 'Money first.']);
  const of = (title: string) => first.find(({ change }) => change.title === title)?.id;
  await used.accept(of('A'));
  ok(await used.api.post(`/api/proposals/${of('B')}/reject`));
  await used.answer(plan(epic('a!'), epic('B'), epic('C'), epic('D')));
  expect((await generated()).result).toMatchObject({ known: 2 });
  expect(titled(await used.inbox())).toEqual(['C', 'D', 'Money first.']);
  expect(ok(await used.api.get(`/api/proposals/${of('C')}`)).status).toBe('superseded');
});

test('a summary for a roadmap that was changed meanwhile is refused', async () => {
  await used.answer(plan());
  await generated();
  const [{ id }] = (await used.inbox()) as [Json];
  ok(await used.api.send('PUT', `/api/projects/${used.project}/roadmap`, { summary: 'Mine', version: 0 }));
  expectProblem(await used.api.post(`/api/proposals/${id}/accept`), 'target_changed');
  expect((await roadmap()).summary).toBe('Mine');
});

test('nothing is saved while the agent is disabled', async () => {
  await used.setting('roadmap_proposal_generator', { enabled: false });
  expectProblem(await generate(), 'agent_disabled');
  expect(await used.rows('agent_runs')).toEqual([]);
});

test('a repeated delivery makes nothing more', async () => {
  await used.answer(plan(epic('A')));
  const run = await generated();
  const before = await used.inbox();
  const again = await used.deliver(run.id, 'roadmap', { ...plan(epic('B')), roadmap_version: 0 });
  expect(again.proposed?.made).toEqual(run.result.proposals);
  expect(await used.inbox()).toEqual(before);
});

test('orders in goals, tickets and docs are data: nothing is written but proposals', async () => {
  const ticket = await newTicket(used.api, used.project, { title: ORDER, body: ORDER });
  const doc = await newDoc(used.api, used.project, { title: ORDER, body: ORDER });
  const run = await generated(ORDER);
  const asked = await askedOf(used, run.id);
  expect(JSON.parse(asked.input).tickets[0].title).toBe(ORDER);
  expect(asked.instructions).not.toContain(ORDER);
  expect(await roadmap()).toMatchObject({ version: 0, epics: [] });
  expect(ok(await used.api.get(`/api/tickets/${ticket.id}`))).toMatchObject({ status: 'open', version: 1 });
  expect(ok(await used.api.get(`/api/docs/${doc.id}`)).revision).toBe(1);
});

test('an answer that never fits the schema fails the run, and nothing is half-written', async () => {
  await used.setting('roadmap_proposal_generator', { settings: { max_attempts: 1 } });
  await used.answer('no JSON', true);
  const [{ id }] = ok(await generate(), 201).agent_runs;
  const failed = await used.api.ended(id, 60_000);
  expect(failed).toMatchObject({ status: 'failed', outputs: [] });
  expect(failed.error).toMatchObject({ code: 'model_output_invalid', step: 'propose' });
  expect(await used.inbox()).toEqual([]);
});

test('the facts hold no tickets of another tenant, and its roadmap is out of reach', async () => {
  await newTicket(used.other, used.theirs, { title: 'Secret' });
  const run = await generated();
  expect((await askedOf(used, run.id)).input).not.toContain('Secret');
  expectProblem(await generate(GOALS, used.other), 'not_found');
  expectProblem(await used.other.get(`/api/projects/${used.project}/inbox`), 'not_found');
});

test.each([
  ['', 'empty'],
  [' ', 'blank'],
  ['a\u0000', 'unstorable'],
  ['a'.repeat(10_001), 'too long'],
])('goals that are %j are refused', async (goals) => {
  expectProblem(await generate(goals), 'validation_failed', 'goals');
});
