import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bind, newTenant, scheduleOf, untilTicks } from '../engine/schedules/followed-schedules.js';
import { ok } from '../support/answers.js';
import type { Caller, Json } from '../support/caller.js';
import { sharedParts } from '../support/private-parts.js';
import { ScriptedModel } from '../support/scripted-model.js';
import { TestStack } from '../support/stack.js';
import { newTicket } from '../workspace/new-items.js';
import { SCRIPT } from './script.js';

/** Each row of the catalogue as its users meet it: trigger → run → output → accept → the data is changed. */
let model: ScriptedModel;
let stack: TestStack;
let url: string;
beforeAll(async () => {
  model = await ScriptedModel.start();
  stack = new TestStack(
    { ...sharedParts(), model: model.url },
    { OPERATING_BACKGROUND_ENABLED: 'true', SCHEDULE_SPREAD_SECONDS: '0', DOC_REVIEW_DELAY_SECONDS: '0' },
  );
  await model.misbehave(SCRIPT);
  await stack.open();
  [{ url }] = await Promise.all([stack.startApi(), stack.startWorker()]);
});
afterAll(async () => {
  await stack.close();
  await model.close();
});

/** A team of its own, in a project of its own. */
async function team(): Promise<{ api: Caller; project: string; project_id: string }> {
  const api = await newTenant({ stack, url }, randomUUID());
  const [{ id }] = ok(await api.get('/api/projects')).projects;
  return { api, project_id: id, project: `/api/projects/${id}` };
}

/** The run that an answer has started, once it is completed, with what its links show. */
async function completed(api: Caller, { agent_runs }: Json, agent: string): Promise<Json> {
  const [run] = agent_runs.filter((one: Json) => one.agent === agent);
  return shown(api, run?.id);
}

async function shown(api: Caller, id: string): Promise<Json> {
  const run = await api.ended(id, 90_000);
  expect(run.status, JSON.stringify(run.error)).toBe('completed');
  const found: Record<string, Json> = {};
  for (const { type, href } of run.outputs) found[type] = ok(await api.get(href));
  return { ...run, found };
}

/** The run of a tick that comes by itself; no further one comes and takes the place of what it has left. */
async function ofTick(api: Caller, agent: string, schedule: object): Promise<Json> {
  await bind(api, 'organisation', { schedule }, agent);
  const { id } = await scheduleOf(api, agent, ({ next }) => next !== null);
  const [tick] = await untilTicks(api, id, (ticks) =>
    ticks.filter(({ outcome }) => outcome === 'fired').slice(-1),
  );
  ok(await api.post(`/api/schedules/${id}/pause`));
  const run = await shown(api, tick.run.id);
  expect(run).toMatchObject({ trigger: 'schedule', tick_at: tick.tick_at, schedule_id: id });
  return run;
}

async function accepted(api: Caller, proposals: Json[]): Promise<void> {
  expect(proposals.length).toBeGreaterThan(0);
  for (const { id } of proposals)
    expect(ok(await api.post(`/api/proposals/${id}/accept`))).toMatchObject({ status: 'accepted' });
}

const generated = async (api: Caller, project: string, goals: string): Promise<Json> =>
  completed(
    api,
    ok(await api.post(`${project}/roadmap/generate`, { goals }), 201),
    'roadmap_proposal_generator',
  );

const memoriesOf = async (api: Caller, project: string): Promise<string[]> =>
  ok(await api.get(`${project}/memories`)).memories.map(({ body }: Json) => body);

async function reportedTwice(api: Caller, project_id: string): Promise<Json[]> {
  const ticket = {
    title: 'The card terminal is broken',
    body: 'No card can be read at the till since Monday.',
  };
  return [await newTicket(api, project_id, ticket), await newTicket(api, project_id, ticket)];
}

async function expectRelated(api: Caller, tickets: Json[], found: Json): Promise<void> {
  await accepted(api, found.inbox.proposals);
  const { relations } = ok(await api.get(`/api/tickets/${tickets[0].id}`));
  expect(relations).toMatchObject([{ kind: 'duplicate_of', ticket: { id: tickets[1].id } }]);
}

describe.concurrent('asked for by what people do', () => {
  test("today_checkin_processor, in the model's own words: a check-in is coached", async () => {
    const { api, project } = await team();
    const body = 'The label printer needs a new roll of paper.';
    const said = ok(await api.post(`${project}/checkins`, { body }), 201);
    const { found } = await completed(api, said, 'today_checkin_processor');
    expect(found.today.day).toBe(said.day);
    const { checkins } = ok(await api.get(`${project}/checkins`));
    expect(checkins).toMatchObject([{ id: said.id, coaching: expect.stringMatching(/\S/) }]);
  });

  test('today_checkin_processor, scripted: what it says, accepted, closes a ticket and is remembered', async () => {
    const { api, project, project_id } = await team();
    const { id } = await newTicket(api, project_id, { title: 'The door is stuck' });
    const said = ok(await api.post(`${project}/checkins`, { body: 'Oiled the hinges, see TCK-1.' }), 201);
    const { found } = await completed(api, said, 'today_checkin_processor');
    expect(await memoriesOf(api, project)).toEqual([]);
    await accepted(api, found.inbox.proposals);
    expect(ok(await api.get(`/api/tickets/${id}`))).toMatchObject({ status: 'done', version: 2 });
    expect(await memoriesOf(api, project)).toEqual(['The door is oiled in spring.']);
  });

  test("roadmap_proposal_generator, in the model's own words: goals become the roadmap's summary", async () => {
    const { api, project, project_id } = await team();
    await newTicket(api, project_id, { title: 'Pay by card', body: 'Customers cannot pay by card.' });
    const { found } = await generated(api, project, 'Customers pay without help.');
    expect(found.roadmap).toMatchObject({ version: 0, epics: [] });
    await accepted(api, found.inbox.proposals);
    const { version, summary, epics } = ok(await api.get(`${project}/roadmap`));
    expect({ version, summary }).toEqual({ version: 1, summary: expect.stringMatching(/\S/) });
    expect(epics).toHaveLength(found.inbox.proposals.length - 1);
  });

  test('roadmap_proposal_generator, scripted: its epics, accepted, stand in the roadmap with their tickets', async () => {
    const { api, project, project_id } = await team();
    const ticket = await newTicket(api, project_id, { title: 'Weigh parcels' });
    const { found } = await generated(api, project, 'Parcels leave on the same day.');
    await accepted(api, found.inbox.proposals);
    expect(ok(await api.get(`${project}/roadmap`))).toMatchObject({
      summary: 'Parcels first.',
      epics: [{ title: 'Same day', ticket_ids: [ticket.id] }],
    });
  });

  test("snapshot_generator, in the model's own words: a draft is reviewed, and published", async () => {
    const { api, project, project_id } = await team();
    await newTicket(api, project_id, { title: 'The printer burns', status: 'blocked' });
    const to_day = new Date().toISOString().slice(0, 10);
    const asked = ok(await api.post(`${project}/snapshots`, { from_day: '2026-01-01', to_day }), 201);
    const { found } = await completed(api, asked, 'snapshot_generator');
    expect(found.snapshot).toMatchObject({
      id: asked.id,
      status: 'draft',
      numbers: { tickets: { blocked: 1 } },
    });
    await accepted(api, found.inbox.proposals);
    const published = ok(await api.get(`/api/snapshots/${asked.id}`));
    expect(published).toMatchObject({ status: 'published', body: found.snapshot.body });
  });

  test("chat_memory_reviewer, in the model's own words: a turn is remembered", async () => {
    const { api, project } = await team();
    const thread = ok(await api.post(`${project}/threads`, { channel: 'chat', title: 'Shipping' }), 201);
    const messages = [{ role: 'user', body: 'From now on we ship on Fridays.' }];
    const turn = ok(await api.post(`/api/threads/${thread.id}/turns`, { messages }), 201);
    const { found } = await completed(api, turn, 'chat_memory_reviewer');
    expect(await memoriesOf(api, project)).toEqual([]);
    await accepted(api, found.memory_diffs.proposals);
    expect(await memoriesOf(api, project)).toEqual(['From now on we ship on Fridays.']);
  });

  test('docs_memory_reviewer, scripted: a doc is found by its meaning, refers to a ticket, and is remembered', async () => {
    const { api, project, project_id } = await team();
    await newTicket(api, project_id, { title: 'Holiday plan' });
    const body = 'Employees may take thirty days of paid holiday each year. See TCK-1.';
    const doc = ok(await api.post(`${project}/docs`, { title: 'Leave', body }), 201);
    const { found } = await completed(api, doc, 'docs_memory_reviewer');
    const { hits, degraded } = ok(await api.get(`${project}/search?q=how+much+vacation+do+workers+get`));
    expect({ first: hits[0]?.source.id, degraded }).toEqual({ first: doc.id, degraded: false });
    expect(ok(await api.get(`/api/docs/${doc.id}/links`)).to).toMatchObject([
      { type: 'ticket', key: 'TCK-1' },
    ]);
    expect(found.doc.id).toBe(doc.id);
    await accepted(api, found.memory_diffs.proposals);
    expect(await memoriesOf(api, project)).toEqual(['Holidays are thirty days a year.']);
  });

  test("ticket_conflict_scanner, in the model's own words: two tickets that say the same are related", async () => {
    const { api, project, project_id } = await team();
    const tickets = await reportedTwice(api, project_id);
    const asked = ok(await api.post(`${project}/ticket-conflicts/scan`), 201);
    const { found } = await completed(api, asked, 'ticket_conflict_scanner');
    await expectRelated(api, tickets, found);
  });
});

describe.concurrent('by the clock', () => {
  const EVERY = { kind: 'interval', every_seconds: 20 };

  test('operating_pulse: what changed stands in Today', async () => {
    const { api, project, project_id } = await team();
    await newTicket(api, project_id, { title: 'The lift is stuck', status: 'blocked' });
    const run = await ofTick(api, 'operating_pulse', EVERY);
    expect(run.target).toMatchObject({ type: 'daily_session' });
    const { pulse } = ok(await api.get(`${project}/today`));
    expect(pulse).toMatchObject({
      changed: true,
      headline: expect.stringMatching(/\S/),
      counts: { tickets_blocked: 1 },
    });
  });

  test('proactive_daily_review, scripted: the review stands in Today, and its suggestion, accepted, closes a ticket', async () => {
    const { api, project, project_id } = await team();
    const { id } = await newTicket(api, project_id, { title: 'The escalator squeaks', status: 'blocked' });
    const { found, ...run } = await ofTick(api, 'proactive_daily_review', EVERY);
    const { review } = ok(await api.get(`${project}/today`));
    expect(review).toMatchObject({ run_id: run.id, summary: 'TCK-1 is blocked.' });
    expect(found.inbox.proposals.map(({ kind }: Json) => kind).sort()).toEqual(['note', 'ticket_status']);
    await accepted(api, found.inbox.proposals);
    expect(ok(await api.get(`/api/tickets/${id}`))).toMatchObject({ status: 'closed' });
  });

  test("ticket_conflict_scanner, in the model's own words: what it finds by itself stands in Today", async () => {
    const { api, project, project_id } = await team();
    const tickets = await reportedTwice(api, project_id);
    const run = await ofTick(api, 'ticket_conflict_scanner', EVERY);
    expect(ok(await api.get(`${project}/today`)).scan).toMatchObject({ run_id: run.id });
    await expectRelated(api, tickets, run.found);
  });
});
