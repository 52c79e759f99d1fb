import { expect, test } from 'vitest';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { expectProblem } from '../support/problems.js';
import { askedOf } from '../support/respond-request.js';
import { newTicket } from '../workspace/new-items.js';
import { ORDER, useAgents } from './two-tenants.js';

const used = useAgents();
const AGENT = 'ticket_conflict_scanner';
const path = () => `/api/projects/${used.project}/ticket-conflicts/scan`;
const scan = (body: object = {}, api = used.api) => api.post(path(), body);
const scanned = async (body: object = {}): Promise<Json> =>
  used.completed(ok(await scan(body), 201).agent_runs[0].id);
const ticket = (title: string, body = ''): Promise<Json> =>
  newTicket(used.api, used.project, { title, body });
const change = async ({ id, version }: Json, fields: object): Promise<Json> =>
  ok(await used.api.send('PATCH', `/api/tickets/${id}`, { version, ...fields }));
const shown = async (id: string): Promise<Json> => ok(await used.api.get(`/api/tickets/${id}`));
const today = async (api = used.api): Promise<Json> =>
  ok(await api.get(`/api/projects/${used.project}/today`));
const verdict = (pair: number, kind = 'duplicate', original = 'first') => ({
  pair,
  verdict: kind,
  original,
  reason: `They are ${kind}.`,
});
const says = (...verdicts: object[]) =>
  used.model.misbehave([{ mode: 'say', endpoint: 'responses', text: JSON.stringify({ verdicts }) }]);
/** Every call that is for an answer in words. */
const judgements = async (): Promise<number> => (await used.model.calls()).by_endpoint.responses ?? 0;
const told = async (run: Json): Promise<Json> => JSON.parse((await askedOf(used, run.id)).input).pairs;

const couple = async (): Promise<[Json, Json]> => [
  await ticket('Password reset mail never arrives', 'Customers ask for a new password and get no mail.'),
  await ticket(
    'No mail after asking for a new password',
    'The password reset mail does not reach customers.',
  ),
];

test('a duplicate is proposed with both tickets as sources; accepting it relates them', async () => {
  const [first, second] = await couple();
  await ticket('The kitchen needs a new kettle', 'The old one leaks.');
  await says(verdict(1));
  const { agent_runs } = ok(await scan(), 201);
  expect(agent_runs).toMatchObject([
    { agent: AGENT, trigger: 'user', priority: 5, target: { type: 'ticket_conflicts', id: used.project } },
  ]);
  const run = await used.completed(agent_runs[0].id);
  expect(await told(run)).toMatchObject([
    {
      pair: 1,
      first: { key: first.key, title: first.title },
      second: { key: second.key, begins: second.body },
    },
  ]);
  expect(run.result).toMatchObject({
    by: 'meaning',
    tickets: 3,
    pairs: 1,
    duplicates: 1,
    conflicts: 0,
    left: 0,
    dropped: 0,
    note: null,
  });
  const [proposal] = await used.inbox();
  expect(proposal).toMatchObject({
    id: run.result.proposals[0],
    kind: 'ticket_relation',
    title: `${second.key} is a duplicate of ${first.key}`,
    reason: 'They are duplicate.',
    change: { relation: 'duplicate_of', other_id: first.id },
    target: { type: 'ticket', id: second.id, version: 1 },
    sources: [
      { type: 'ticket', id: second.id, quote: expect.stringContaining(second.title) },
      { type: 'ticket', id: first.id, quote: expect.stringContaining(first.title) },
    ],
  });
  const [{ proposals }, { scan: summary }] = (await used.outputs(run)) as [Json, Json];
  expect(proposals.map(({ id }: Json) => id)).toEqual(run.result.proposals);
  expect(summary).toMatchObject({
    run_id: run.id,
    duplicates: 1,
    found: [{ relation: 'duplicate_of', ticket: second.key, other: first.key, proposal_id: proposal?.id }],
  });
  expect(ok(await used.api.get(summary.found[0].href)).id).toBe(proposal?.id);
  await used.accept(proposal?.id);
  expect((await shown(second.id)).relations).toMatchObject([
    { kind: 'duplicate_of', direction: 'to', ticket: { key: first.key } },
  ]);
});

test('the model may call the newer ticket the original; a conflict points from the newer to the older', async () => {
  const [first, second] = await couple();
  await says(verdict(1, 'duplicate', 'second'));
  await scanned();
  expect(await used.inbox()).toMatchObject([
    { target: { id: first.id }, change: { relation: 'duplicate_of', other_id: second.id } },
  ]);
  const [one, other] = [
    await ticket('Enable the beta editor for all', 'Everybody starts in it.'),
    await ticket('Disable the beta editor for all', 'Nobody starts in it.'),
  ];
  await says(verdict(1, 'conflict', 'second'));
  await scanned();
  expect((await used.inbox())[0]).toMatchObject({
    title: `${other.key} conflicts with ${one.key}`,
    target: { id: other.id },
    change: { relation: 'conflicts_with', other_id: one.id },
  });
});

test('a rejected relation is not proposed again from either side, even if all pairs are judged again', async () => {
  const [first, second] = await couple();
  await says(verdict(1));
  await scanned();
  const [proposal] = await used.inbox();
  ok(await used.api.post(`/api/proposals/${proposal?.id}/reject`));
  for (const one of [first, second]) await change(one, { body: `${one.body} Since Monday.` });
  await used.model.reset();
  for (const body of [{}, { all: true }]) {
    const { result } = await scanned(body);
    expect(result).toMatchObject({ tickets: 2, pairs: 0, proposals: [], known: 0 });
  }
  expect(await judgements()).toBe(0);
  expect(await used.inbox()).toEqual([]);
});

test('without changes the model is not called, and the run says so', async () => {
  await couple();
  await says(verdict(1, 'unrelated'));
  expect((await scanned()).result).toMatchObject({
    unrelated: 1,
    note: 'No duplicate and no conflict was found.',
  });
  const again = await scanned();
  expect(again).toMatchObject({ usage: { model_calls: 0 }, result: { tickets: 0, pairs: 0, by: null } });
  expect(again.result.note).toBe('No ticket is new or has changed since the scan before.');
  expect((await today()).scan.note).toBe(again.result.note);
});

test('only pairs of changed tickets are judged again, and only if their text has changed', async () => {
  const [first] = await couple();
  const kettle = await ticket('The kettle in the kitchen leaks', 'There is water below the kettle.');
  await ticket('Kettle leaks', 'The kitchen floor is wet with water from the kettle.');
  await says(verdict(1, 'unrelated'), verdict(2, 'unrelated'));
  expect((await scanned()).result).toMatchObject({ tickets: 4, pairs: 2 });
  await change(first, { status: 'in_progress' });
  expect((await scanned()).result).toMatchObject({ tickets: 1, pairs: 0, by: 'meaning' });
  await change(kettle, { body: `${kettle.body} Since Monday.` });
  await says(verdict(1, 'unrelated'));
  const run = await scanned();
  expect(run.result).toMatchObject({ tickets: 1, pairs: 1 });
  expect(await told(run)).toMatchObject([{ first: { key: kettle.key } }]);
  await says(verdict(1), verdict(2));
  expect((await scanned({ all: true })).result).toMatchObject({ tickets: 4, pairs: 2, duplicates: 2 });
});

test('a waiting proposal is renewed after a change of its ticket, and withdrawn if it no longer holds', async () => {
  const [, second] = await couple();
  await says(verdict(1));
  await scanned();
  const [before] = await used.inbox();
  expect((await scanned()).result.pairs).toBe(0);
  const moved = await change(second, { status: 'in_progress' });
  await says(verdict(1));
  await scanned();
  const [after] = await used.inbox();
  expect(after?.target.version).toBe(2);
  expect(ok(await used.api.get(`/api/proposals/${before?.id}`)).status).toBe('superseded');
  await change(moved, { body: 'It is about the colour of the mail.' });
  await says(verdict(1, 'unrelated'));
  await scanned();
  expect(await used.inbox()).toEqual([]);
});

test('closed and related tickets are left out', async () => {
  const [first, second] = await couple();
  await change(first, { status: 'done' });
  expect((await scanned()).result).toMatchObject({ tickets: 1, pairs: 0 });
  await change({ ...first, version: 2 }, { status: 'open' });
  ok(await used.api.post(`/api/tickets/${first.id}/relations`, { kind: 'blocks', other_id: second.id }));
  await used.model.reset();
  expect((await scanned()).result).toMatchObject({ tickets: 1, pairs: 0 });
  expect(await judgements()).toBe(0);
});

test('verdicts on other pairs are dropped and counted; a pair without a verdict is asked again', async () => {
  await couple();
  await says(verdict(0), verdict(2), verdict(-1), verdict(999));
  expect((await scanned()).result).toMatchObject({ pairs: 0, dropped: 4, left: 1, proposals: [] });
  await says(verdict(1, 'unrelated'), verdict(1));
  expect((await scanned()).result).toMatchObject({ pairs: 1, unrelated: 1, dropped: 1, left: 0 });
  expect(await used.inbox()).toEqual([]);
});

test('orders in tickets are data', async () => {
  const one = await ticket(`Export fails: ${ORDER}`, ORDER);
  const other = await ticket(`The export fails. ${ORDER}`, ORDER);
  const run = await scanned();
  const asked = await askedOf(used, run.id);
  expect(JSON.parse(asked.input).pairs).toMatchObject([{ first: { begins: ORDER } }]);
  expect(asked.instructions).not.toContain(ORDER);
  for (const { id } of [one, other])
    expect(await shown(id)).toMatchObject({ status: 'open', version: 1, relations: [] });
});

test('nothing is admitted while the agent is disabled', async () => {
  await used.setting(AGENT, { enabled: false });
  expectProblem(await scan(), 'agent_disabled');
  expect(await used.rows('agent_runs')).toEqual([]);
});

test('two requests at once are one scan, except that a scan of some pairs does not serve a request for all', async () => {
  await couple();
  await used.model.misbehave([{ mode: 'slow', ms: 1500 }], true);
  const answers = await Promise.all([scan(), scan(), scan()]);
  const ids = new Set(answers.map((answer) => ok(answer, 201).agent_runs[0].id));
  expect(ids.size).toBe(1);
  const all = ok(await scan({ all: true }), 201).agent_runs[0].id;
  expect(ids.has(all)).toBe(false);
  await used.model.reset();
  for (const id of [...ids, all]) await used.completed(id);
  const next = ok(await scan(), 201).agent_runs[0].id;
  expect([...ids, all]).not.toContain(next);
  await used.completed(next);
});

test.each([0, 1])('a project with %i tickets has nothing to compare', async (tickets) => {
  for (let at = 0; at < tickets; at += 1) await ticket('Alone');
  const { result } = await scanned();
  expect(result).toMatchObject({ tickets, pairs: 0, proposals: [], left: 0 });
  expect(result.note).toMatch(tickets === 0 ? /^No ticket is new/ : /^No duplicate/);
});

test('tickets are compared by words without vectors, and also by meaning once there are some', async () => {
  await couple();
  await used.model.misbehave([{ mode: '401', endpoint: 'embeddings' }], true);
  const { result } = await scanned();
  expect(result).toMatchObject({ by: 'words', tickets: 2 });
  expect(result.note).toContain('by their words alone');
  await used.model.reset();
  expect((await scanned()).result).toMatchObject({ by: 'meaning', tickets: 2 });
});

test('tickets are related without a person if the settings accept', async () => {
  const [first, second] = await couple();
  await used.setting(AGENT, { settings: { auto_accept: true } });
  await says(verdict(1));
  expect((await scanned()).result).toMatchObject({ duplicates: 1, accepted: 1 });
  expect((await shown(second.id)).relations).toMatchObject([{ ticket: { key: first.key } }]);
  expect(await used.inbox()).toEqual([]);
});

test('a repeated delivery changes nothing', async () => {
  await couple();
  await says(verdict(1));
  const run = await scanned();
  const everything = async () => [
    await used.rows('proposals'),
    await used.rows('daily_sessions'),
    await used.stack.query('SELECT * FROM ticket_pairs'),
    await used.stack.query('SELECT * FROM ticket_scans'),
  ];
  const before = await everything();
  const steps = await used.stack.query<{ key: string; data: Json }>(
    'SELECT key, data FROM agent_run_effects WHERE run_id = $1 ORDER BY at, key',
    [run.id],
  );
  expect(steps.map(({ key }) => key.split(' ')[0])).toEqual(['prune', 'look', 'judge', 'prune', 'tell']);
  for (const { key, data } of steps) expect(await used.deliver(run.id, key, {})).toEqual(data);
  expect(await everything()).toEqual(before);
});

test('a thousand tickets make few pairs: the likest are judged, and the rest waits', async () => {
  const TICKETS = 1000;
  await ticket('One', 'That the space of vectors is known.');
  await scanned();
  await used.model.reset();
  await manyTickets(TICKETS);
  const verdicts = Array.from({ length: 10 }, (_, at) => verdict(at + 1, 'unrelated'));
  const say = { mode: 'say', endpoint: 'responses', text: JSON.stringify({ verdicts }) };
  await used.model.misbehave([say], true);
  const patiently = async () =>
    (await used.api.ended(ok(await scan(), 201).agent_runs[0].id, 120_000)).result;
  const result = await patiently();
  expect(result).toMatchObject({ by: 'meaning', tickets: TICKETS, pairs: 300, unrelated: 300, dropped: 0 });
  expect(await used.model.calls()).toMatchObject({ by_endpoint: { responses: 30, embeddings: 1 } });
  const [kept] = await used.stack.query<{ pairs: number; least: number; most: number }>(
    `SELECT count(*)::int AS pairs, min(likeness) FILTER (WHERE verdict IS NOT NULL) AS least,
            max(likeness) FILTER (WHERE verdict IS NULL) AS most FROM ticket_pairs WHERE project_id = $1`,
    [used.project],
  );
  expect(kept?.pairs).toBeLessThanOrEqual(8 * TICKETS);
  expect(result.left).toBe((kept?.pairs ?? 0) - 300);
  expect(kept?.least).toBeGreaterThanOrEqual(kept?.most ?? 1);
  const next = await patiently();
  expect(next).toMatchObject({ tickets: 0, pairs: 300, left: result.left - 300, by: null });
}, 300_000);

/** Ten to a topic, with vectors of the present space. */
async function manyTickets(count: number): Promise<void> {
  await used.stack.query(
    `WITH numbers AS (
       INSERT INTO ticket_numbers AS n (organisation_id, last) VALUES ($1, $3)
       ON CONFLICT (organisation_id) DO UPDATE SET last = n.last + $3 RETURNING last - $3 AS before
     ), made AS (
       INSERT INTO tickets (id, organisation_id, project_id, number, title, body, status, labels)
       SELECT gen_random_uuid(), $1, $2, before + at, 'Topic ' || at % 100 || ' thing ' || at, '', 'open', '{}'
         FROM numbers, generate_series(1, $3::int) AS at RETURNING id, number, title
     ), cut AS (
       INSERT INTO chunks (id, organisation_id, project_id, source_type, source_id, position, text, hash)
       SELECT gen_random_uuid(), $1, $2, 'ticket', id, 0, title, sha256(convert_to(title, 'UTF8')) FROM made
       RETURNING id, source_id
     )
     INSERT INTO chunk_vectors (chunk_id, project_id, source_type, space_id, embedding)
     SELECT cut.id, $2, 'ticket', s.id, v.embedding
       FROM cut JOIN made ON made.id = cut.source_id CROSS JOIN (SELECT max(id) AS id FROM vector_spaces) s
       CROSS JOIN LATERAL (
         SELECT array_agg(value / length)::real[] AS embedding FROM (
           SELECT value, sqrt(sum(value * value) OVER ()) AS length
             FROM (SELECT sin(place * (1 + made.number % 100)) + 0.5 * (random() - 0.5) AS value
                     FROM generate_series(1, 512) AS place) AS drawn) AS scaled) v`,
    [used.stack.tenant.organisation_id, used.project, count],
  );
}

test('the facts hold no tickets of another tenant, and nobody else can scan its project', async () => {
  await couple();
  await newTicket(used.other, used.theirs, {
    title: 'Password reset mail never arrives',
    body: 'Secret of Globex: customers get no mail.',
  });
  const run = await scanned();
  expect((await askedOf(used, run.id)).input).not.toContain('Globex');
  expect(run.result).toMatchObject({ tickets: 2, pairs: 1 });
  expectProblem(await scan({}, used.other), 'not_found');
});

test.each([[{ all: 'yes' }], [{ everything: true }], [[]]])('the body %j is refused', async (body) => {
  expect((await scan(body)).status).toBe(422);
});
