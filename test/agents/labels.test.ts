import { beforeEach, expect, test } from 'vitest';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { newProject, newTicket } from '../workspace/new-items.js';
import { completed, useScripted } from './scripted.js';

/** An output names the models that wrote it, wherever it is shown, and for longer than its run is kept. */

const used = useScripted();
const LABEL = ['offline model'];
let project_id: string;
let path: string;
beforeEach(async () => {
  project_id = await newProject(used.api);
  path = `/api/projects/${project_id}`;
});

const get = async (address: string): Promise<Json> => ok(await used.api.get(address));
const inbox = async (): Promise<Json[]> => (await get(`${path}/inbox?status=any`)).proposals;
const forgetRuns = () => used.stack.query('DELETE FROM agent_runs WHERE project_id = $1', [project_id]);

async function asked(endpoint: string, body: object, answer: object): Promise<Json> {
  await used.answer(answer);
  const { agent_runs, ...made } = ok(await used.api.post(`${path}/${endpoint}`, body), 201);
  return { ...made, run: await completed(used.api, agent_runs[0].id) };
}

async function acceptAll(): Promise<void> {
  const ids = (await inbox()).map(({ id }) => id);
  const { results } = ok(await used.api.post(`${path}/inbox/accept`, { ids }));
  for (const { outcome, problem } of results) expect(outcome, JSON.stringify(problem)).toBe('accepted');
}

const checkin = (change: object) => ({
  coaching: 'Well done.',
  ticket_actions: [],
  memory_suggestions: [],
  proposals: [],
  ...change,
});

test('coaching, suggestions, and what becomes of tickets and memories when they are accepted', async () => {
  const ticket = await newTicket(used.api, project_id);
  const own = await newTicket(used.api, project_id, { title: 'Written by a person' });
  const action = { ticket_key: ticket.key, reason: 'It says so.' };
  await asked(
    'checkins',
    { body: `${ticket.key} is done.` },
    checkin({
      ticket_actions: [
        { ...action, action: 'status', status: 'done', comment: null },
        { ...action, action: 'comment', status: null, comment: 'It is done.' },
      ],
      memory_suggestions: [{ action: 'add', memory_id: null, text: 'Prefers mornings', reason: 'Said so.' }],
      proposals: [{ kind: 'ticket_new', title: 'Order hinges', text: 'Two of them.', reason: 'Missing.' }],
    }),
  );
  await acceptAll();
  await forgetRuns();
  const proposals = await inbox();
  expect(proposals).toHaveLength(4);
  for (const proposal of proposals) {
    expect(proposal.models).toEqual(LABEL);
    expect((await get(`/api/proposals/${proposal.id}`)).models).toEqual(LABEL);
  }
  expect((await get(`${path}/checkins`)).checkins).toMatchObject([{ coaching: 'Well done.', models: LABEL }]);

  const shown = await get(`/api/tickets/${ticket.id}`);
  const { user_id } = used.stack.tenant;
  const [run_id] = proposals.map((proposal) => proposal.run_id);
  const change = { agent: 'today_checkin_processor', run_id, models: LABEL, decided_by: user_id };
  expect(shown).toMatchObject({ status: 'done', models: [] });
  expect(shown.accepted_proposals).toHaveLength(2);
  for (const kind of ['ticket_status', 'ticket_comment'])
    expect(shown.accepted_proposals).toContainEqual(expect.objectContaining({ ...change, kind }));
  const { comments } = await get(`/api/tickets/${ticket.id}/comments`);
  expect(comments).toMatchObject([{ body: 'It is done.', models: LABEL, run_id }]);
  const { tickets } = await get(`${path}/tickets`);
  expect(tickets.map(({ title, models }: Json) => [title, models])).toEqual([
    ['Order hinges', LABEL],
    ['Written by a person', []],
    ['A ticket', []],
  ]);
  const { hits } = await get(`${path}/search?q=${tickets[0].key}`);
  expect(hits[0].source).toMatchObject({ id: tickets[0].id, models: LABEL });
  expect(await get(`/api/tickets/${own.id}`)).toMatchObject({ models: [], accepted_proposals: [] });
});

test("a memory, for as long as its text is the model's", async () => {
  const add = { action: 'add', memory_id: null, text: 'Prefers mornings', reason: 'Said so.' };
  await asked('checkins', { body: 'I like mornings.' }, checkin({ memory_suggestions: [add] }));
  await acceptAll();
  const [memory] = (await get(`${path}/memories`)).memories;
  expect(memory).toMatchObject({ body: 'Prefers mornings', models: LABEL });
  const { hits } = await get(`${path}/search?q=mornings&type=memory`);
  expect(hits).toMatchObject([{ source: { id: memory.id, models: LABEL } }]);
  const address = `/api/memories/${memory.id}`;
  const changed = ok(await used.api.send('PATCH', address, { body: 'Prefers evenings', version: 1 }));
  expect(changed.models).toEqual([]);
  const restored = ok(await used.api.post(`${address}/restore`, { version: 1 }));
  expect(restored).toMatchObject({ body: 'Prefers mornings', models: LABEL });
  const { revisions } = await get(`${address}/history`);
  expect(revisions.map(({ models }: Json) => models)).toEqual([LABEL, [], LABEL]);
});

test('a draft of a snapshot, a roadmap and its epics', async () => {
  const snapshot = await asked(
    'snapshots',
    { from_day: '2026-11-01', to_day: '2026-11-02' },
    { title: 'Quiet', summary: 'A quiet time.', sections: [] },
  );
  const epic = { title: 'Invoices', goal: 'They are clear.', ticket_keys: [], reason: 'Many ask.' };
  const said = { summary: 'Fewer questions.', reason: 'The goals say so.', epics: [epic] };
  await asked('roadmap/generate', { goals: 'Fewer questions' }, said);
  await acceptAll();
  await forgetRuns();
  expect(await get(`/api/snapshots/${snapshot.id}`)).toMatchObject({ body: 'A quiet time.', models: LABEL });
  expect((await get(`${path}/snapshots`)).snapshots).toMatchObject([{ models: LABEL }]);
  const roadmap = await get(`${path}/roadmap`);
  expect(roadmap).toMatchObject({ summary: 'Fewer questions.', models: LABEL, epics: [{ models: LABEL }] });
  const { id, version } = roadmap.epics[0];
  const own = { title: 'Bills', goal: 'They are short.', version };
  expect(ok(await used.api.send('PATCH', `/api/epics/${id}`, own)).models).toEqual([]);
  const body = { summary: 'Our own words.', version: roadmap.version };
  expect(ok(await used.api.send('PUT', `${path}/roadmap`, body)).models).toEqual([]);
});

test('pulse and review in Today, and the pages of their runs', async () => {
  const said: [[string, object], [string, object]] = [
    ['operating_pulse', { headline: 'A ticket.', points: [] }],
    [
      'proactive_daily_review',
      { summary: 'A day.', went_well: [], needs_attention: [], suggestions: [], ticket_actions: [] },
    ],
  ];
  const report = async ([agent, answer]: [string, object]): Promise<Json> => {
    await used.answer(answer);
    return completed(used.api, (await used.api.start({ agent, project_id })).id);
  };
  const reports = async () => [await report(said[0]), await report(said[1])] as const;
  const page = async ({ id }: Json) => (await used.api.get(`/api/agent-runs/${id}/workspace/output.md`)).body;
  for (const run of await reports()) expect(await page(run)).not.toContain('Words by');
  expect(await get(`${path}/today`)).toMatchObject({ pulse: { models: [] }, review: { models: [] } });

  await newTicket(used.api, project_id, { status: 'blocked' });
  const [pulse, review] = await reports();
  for (const run of [pulse, review])
    expect(await page(run)).toContain('_Words by offline model; figures from the database._');
  const label = (run: Json) => ({ run_id: run.id, models: LABEL });
  expect(await get(`${path}/today`)).toMatchObject({ pulse: label(pulse), review: label(review) });

  const before = await report(said[0]);
  expect((await report(said[0])).result).toMatchObject({ changed: false });
  expect((await get(`${path}/today`)).pulse).toMatchObject({ ...label(before), headline: 'A ticket.' });
});
