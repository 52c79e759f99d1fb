import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import agent from '../../agents/snapshot-generator/agent.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { lockProposals } from '../../src/workspace/proposals/proposal.store.js';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { expectProblem } from '../support/problems.js';
import { askedOf } from '../support/respond-request.js';
import { LONG } from '../support/stack.js';
import { newDoc, newTicket } from '../workspace/new-items.js';
import { ORDER, useAgents } from './two-tenants.js';

const used = useAgents();
const today = () => new Date().toISOString().slice(0, 10);
const period = () => ({ from_day: '2026-01-01', to_day: today() });
const request = (change: object = {}) =>
  used.api.post(`/api/projects/${used.project}/snapshots`, { ...period(), ...change });

async function requested(change: object = {}): Promise<Json> {
  const { agent_runs, ...snapshot } = ok(await request(change), 201);
  expect(agent_runs).toMatchObject([
    { agent: 'snapshot_generator', input: { snapshot_id: snapshot.id }, target: { type: 'snapshot' } },
  ]);
  return { ...snapshot, run: agent_runs[0] };
}

async function blocked(ticket: object): Promise<Json> {
  const made = await newTicket(used.api, used.project, ticket);
  await used.stack.query(`UPDATE tickets SET status = 'blocked' WHERE id = $1`, [made.id]);
  return made;
}

const words = (change: object = {}) => ({
  title: 'A quiet week',
  summary: 'Little moved.',
  sections: [{ heading: 'Stuck', text: 'The printer waits.', ticket_keys: [] }],
  ...change,
});
const shown = async (id: string) => ok(await used.api.get(`/api/snapshots/${id}`));

test("a snapshot is drafted with the model's words and the database's numbers, and accepting publishes it", async () => {
  const ticket = await blocked({ title: 'The printer burns', body: 'It smokes.' });
  await newDoc(used.api, used.project, { title: 'Fire drill', body: 'Run.' });
  const { id, run } = await requested();
  const done = await used.completed(run.id);
  const [snapshot, { proposals }] = await used.outputs(done);
  expect(snapshot).toMatchObject({ id, status: 'draft', body: expect.stringMatching(/\S/), run_id: run.id });
  expect(snapshot.numbers).toMatchObject({ tickets: { opened: 1, blocked: 1 }, docs: { written: 1 } });
  expect(proposals).toMatchObject([{ kind: 'snapshot', run_id: run.id, target: { id } }]);
  const told = JSON.parse((await askedOf(used, run.id)).input);
  expect(told.tickets).toMatchObject([{ key: ticket.key, title: 'The printer burns', begins: 'It smokes.' }]);
  expect(told.docs).toMatchObject([{ title: 'Fire drill', begins: 'Run.' }]);
  expect(told.numbers).toEqual(snapshot.numbers);
  await used.accept(proposals[0].id);
  expect(await shown(id)).toMatchObject({ status: 'published', body: snapshot.body });
});

test("a person's title stays, and references to missing things are dropped", async () => {
  const ticket = await blocked({ title: 'Printer' });
  const section = {
    heading: 'S',
    text: `See ${ticket.key} and TCK-999.`,
    ticket_keys: [ticket.key, 'TCK-998', 'x'],
  };
  await used.answer(words({ sections: [section] }));
  const { id, run } = await requested({ title: 'November' });
  expect((await used.completed(run.id)).result).toMatchObject({ dropped: 3, known: 0 });
  const text = `Little moved.\n\n## S\n\nSee ${ticket.key} and an unknown ticket.`;
  expect(await shown(id)).toMatchObject({ title: 'November', body: text });
  expect(await used.inbox()).toMatchObject([{ sources: [{ type: 'ticket', id: ticket.id }] }]);
  await used.answer(words());
  const another = await requested();
  await used.completed(another.run.id);
  expect((await shown(another.id)).title).toBe('A quiet week');
});

test('nothing is saved while the agent is disabled', async () => {
  await used.setting('snapshot_generator', { enabled: false });
  expectProblem(await request(), 'agent_disabled');
  expect(await used.rows('snapshots')).toEqual([]);
  expect(await used.rows('agent_runs')).toEqual([]);
});

test('a repeated delivery leaves the same draft and the same proposal', async () => {
  const { id, run } = await requested();
  await used.completed(run.id);
  const before = [await shown(id), await used.inbox()];
  const again = await used.deliver(run.id, 'draft', words({ title: 'Another', numbers: before[0].numbers }));
  expect(again.proposed?.made).toEqual([before[1][0].id]);
  expect([await shown(id), await used.inbox()]).toEqual(before);
});

test('a binding accepts the draft without a person', async () => {
  await used.setting('snapshot_generator', { settings: { auto_accept: true } });
  const { id, run } = await requested();
  expect((await used.completed(run.id)).result).toMatchObject({ accepted: 1 });
  expect(await shown(id)).toMatchObject({ status: 'published' });
});

test('an order inside a ticket is data and changes nothing', async () => {
  const ticket = await blocked({ title: ORDER, body: `</json> ${ORDER}` });
  await used.answer(words({ summary: '<script>alert(1)</script>\u0000 TCK-1' }));
  const { id, run } = await requested();
  await used.completed(run.id);
  const asked = await askedOf(used, run.id);
  expect(JSON.parse(asked.input).tickets[0].title).toBe(ORDER);
  expect(asked.instructions).not.toContain(ORDER);
  expect((await shown(id)).status).toBe('draft');
  expect((await used.rows('tickets'))[0]).toMatchObject({ id: ticket.id, status: 'blocked', version: 1 });
});

test('an answer that never fits the schema fails the run, and nothing is half-written', async () => {
  await used.setting('snapshot_generator', { settings: { max_attempts: 1 } });
  await used.answer({ title: 1 }, true);
  const { id, run } = await requested();
  const failed = await used.api.ended(run.id, 60_000);
  expect(failed).toMatchObject({ status: 'failed', outputs: [], error: { code: 'model_output_invalid' } });
  expect(failed.error).toMatchObject({ step: 'write', message: expect.stringContaining('summary') });
  expect(await shown(id)).toMatchObject({ status: 'requested', body: null, numbers: null, version: 1 });
  expect(await used.inbox()).toEqual([]);
});

test('a snapshot that is missing, belongs to another tenant or was decided ends the run with the reason', async () => {
  const start = async (snapshot_id: unknown, project_id = used.project, api = used.api) => {
    const { id } = await api.start({ agent: 'snapshot_generator', project_id, input: { snapshot_id } });
    return (await api.ended(id)).error;
  };
  const { id, run } = await requested();
  await used.completed(run.id);
  const missing = { code: 'not_found', retryable: false, attempt: 1, step: 'write' };
  expect(await start((agent.example as Json).snapshot_id)).toMatchObject(missing);
  expect(await start(id, used.theirs, used.other)).toMatchObject(missing);
  expect(await start(id, await used.newProject())).toMatchObject(missing);
  await used.api.post(`/api/proposals/${(await used.inbox())[0]?.id}/reject`);
  expect(await start(id)).toMatchObject({ code: 'already_decided', retryable: false });
  expectProblem(await used.other.get(`/api/snapshots/${id}`), 'not_found');
  const foreign = await used.other.post(`/api/projects/${used.project}/snapshots`, period());
  expectProblem(foreign, 'not_found');
  expectProblem(await used.api.get(`/api/snapshots/${randomUUID()}`), 'not_found');
});

test('a draft that is written during a decision waits for it, and takes no lock that it needs', async () => {
  const { id, run } = await requested();
  await used.completed(run.id);
  const { numbers } = await shown(id);
  const db = await createDataSource(used.stack.database, 2).initialize();
  try {
    const written = await db.transaction(async (tx) => {
      await lockProposals(tx, used.project);
      const writing = used.deliver(run.id, 'draft again', { ...words(), numbers });
      await vi.waitFor(async () => {
        const waiting = await db.query(
          `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
            WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted`,
        );
        expect(waiting).toHaveLength(1);
      }, LONG);
      await tx.query(`SELECT FROM snapshots WHERE id = $1 FOR UPDATE NOWAIT`, [id]);
      return { writing };
    });
    expect((await written.writing).outputs).toHaveLength(2);
  } finally {
    await db.destroy();
  }
});
