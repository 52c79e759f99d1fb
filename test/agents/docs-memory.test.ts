import { describe, expect, test, vi } from 'vitest';
import { Admission } from '../../src/engine/runs/admission.js';
import { FollowUp } from '../../src/engine/runs/follow-up.js';
import type { Principal } from '../../src/platform/auth/principal.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { changeDoc } from '../../src/workspace/docs/doc.store.js';
import { newMember } from '../platform/auth/people.js';
import { override } from '../platform/settings/settings.js';
import { ok } from '../support/answers.js';
import type { Caller, Json } from '../support/caller.js';
import { expectProblem } from '../support/problems.js';
import { askedOf } from '../support/respond-request.js';
import { signer } from '../support/signing-keys.js';
import { LONG } from '../support/stack.js';
import { newTicket } from '../workspace/new-items.js';
import { ORDER, useAgents } from './two-tenants.js';

const MEGABYTE = 1_048_576;
const used = useAgents({ DOC_REVIEW_DELAY_SECONDS: '0' });

const add = (text: string, quote = '', change: object = {}) => ({
  action: 'add',
  memory_id: null,
  text,
  quote,
  reason: 'The doc says so.',
  ...change,
});
const suggests = (...suggestions: object[]) => used.answer({ suggestions });
const written = async (doc: object, api: Caller = used.api): Promise<Json> =>
  ok(await api.post(`/api/projects/${used.project}/docs`, { title: 'Handbook', ...doc }), 201);
const edited = async ({ id, revision }: Json, change: object): Promise<Json> =>
  ok(await used.api.send('PATCH', `/api/docs/${id}`, { revision, ...change }));
const acted = async ({ id }: Json, what: 'archive' | 'restore'): Promise<Json> =>
  ok(await used.api.post(`/api/docs/${id}/${what}`));
const extracted = async ({ id }: Json): Promise<Json> =>
  used.completed(ok(await used.api.post(`/api/docs/${id}/extract`), 201).agent_runs[0].id);
/** The one run that an answer shows, once it is completed. */
async function reviewOf({ agent_runs, skipped_agents }: Json): Promise<Json> {
  expect(skipped_agents).toEqual([]);
  expect(agent_runs).toHaveLength(1);
  return used.completed(agent_runs[0].id);
}
const diffs = async (status = 'pending'): Promise<Json[]> =>
  ok(await used.api.get(`/api/projects/${used.project}/memory-diffs?limit=200&status=${status}`)).proposals;
const memories = async (): Promise<Json[]> =>
  ok(await used.api.get(`/api/projects/${used.project}/memories`)).memories;
const remember = async (body: string, mine = false): Promise<Json> =>
  ok(await used.api.post(`/api/projects/${used.project}/memories`, { body, mine }), 201);
const search = async (q: string, api = used.api): Promise<Json[]> =>
  ok(await api.get(`/api/projects/${used.project}/search?q=${encodeURIComponent(q)}`)).hits;
const toldOf = async ({ id }: Json): Promise<Json> => JSON.parse((await askedOf(used, id)).input);
const answers = async (): Promise<number> => (await used.model.calls()).by_endpoint.responses ?? 0;
const section = (number: number, word = 'usual') =>
  `## Section ${number}\n\n${`This is the ${word} sentence of part ${number}. `.repeat(12)}`;
const long = (...words: string[]) =>
  Array.from({ length: 40 }, (_, number) => section(number, words[number])).join('\n\n');
const HOLIDAYS = 'Employees may take thirty days of paid holiday each year.';

describe('a doc that is saved', () => {
  test('is found by its meaning, and memories are suggested with their source', async () => {
    const ticket = await newTicket(used.api, used.project, { title: 'Printer' });
    await suggests(add('People have thirty days of leave.', HOLIDAYS));
    const saved = await written({ body: `${HOLIDAYS}\n\nSee ${ticket.key}.` });
    const run = await reviewOf(saved);
    expect(run).toMatchObject({
      agent: 'docs_memory_reviewer',
      trigger: 'user',
      target: { type: 'doc', id: saved.id },
      result: {
        doc_id: saved.id,
        revision: 1,
        note: null,
        chunks: 1,
        embedded: 1,
        references: 1,
        left_out: 0,
        known: 0,
        dropped: 0,
        superseded: 0,
      },
    });
    expect(run.outputs.map(({ type }: Json) => type)).toEqual(['doc', 'memory_diffs']);
    const [doc, { proposals }] = (await used.outputs(run)) as [Json, Json];
    expect(doc).toMatchObject({ id: saved.id, reviewed_revision: 1 });
    const [hit] = await search('how much vacation do workers get');
    expect(hit).toMatchObject({ source: { type: 'doc', id: saved.id }, why: 'meaning' });
    const sources = [{ type: 'doc', id: saved.id, quote: HOLIDAYS }];
    expect(proposals).toMatchObject([{ kind: 'memory_add', user_id: null, sources }]);
    await used.accept(proposals[0].id);
    expect(await memories()).toMatchObject([
      { body: 'People have thirty days of leave.', user_id: null, sources },
    ]);
  });

  test('is reviewed by the offline model, too: its suggestions are in the Inbox', async () => {
    const run = await reviewOf(await written({ body: `${HOLIDAYS} We decided to ship on Fridays.` }));
    expect(run.result.proposals).toHaveLength((await diffs()).length);
  });

  test('embeds and sends only the changes of a long one', async () => {
    await suggests();
    const first = await reviewOf(await written({ body: long() }));
    expect(first.result).toMatchObject({ chunks: 40, embedded: 40 });
    await suggests(add('Part 7 is new.', 'made up by the model'));
    const [doc] = await used.rows('docs');
    const run = await reviewOf(await edited(doc, { body: long(...Array(7).fill('usual'), 'edited') }));
    expect(run.result).toMatchObject({ revision: 2, chunks: 40, embedded: 1 });
    const [calls] = await used.stack.query(
      `SELECT count(*)::int AS calls, sum((response->>'count')::int)::int AS chunks
         FROM agent_run_model_calls WHERE run_id = $1 AND kind = 'embed'`,
      [run.id],
    );
    expect(calls).toEqual({ calls: 1, chunks: 1 });
    const told = await toldOf(run);
    expect(told.parts).toEqual([{ text: section(7, 'edited').trim() }]);
    expect(told.gone).toEqual([{ text: section(7).trim() }]);
    const [{ sources }] = (await diffs()) as [Json];
    expect(sources).toEqual([
      { type: 'doc', id: doc.id, quote: expect.stringMatching(/^(## Section 7|This is the edited)/) },
    ]);
  });

  test('without a change starts no run; a second review by hand calls no model', async () => {
    const saved = await written({ body: HOLIDAYS });
    await reviewOf(saved);
    expect(await edited(saved, { body: HOLIDAYS })).toMatchObject({ agent_runs: [], skipped_agents: [] });
    const before = await answers();
    const input = { doc_id: saved.id };
    const { id } = await used.api.start({ agent: 'docs_memory_reviewer', project_id: used.project, input });
    expect((await used.completed(id)).result).toMatchObject({
      note: 'Nothing changed since revision 1 was reviewed.',
      embedded: 0,
      proposals: [],
    });
    expect(await answers()).toBe(before);
  });

  test('without a text is found by its title, and sent to no model', async () => {
    const run = await reviewOf(await written({ title: 'Lighthouse keeping', body: ' \n' }));
    expect(run.result).toMatchObject({ note: expect.stringMatching(/empty/), chunks: 1, embedded: 1 });
    expect(await answers()).toBe(0);
    expect(await search('lighthouse')).toHaveLength(1);
  });

  test('of 1 MB is embedded page by page with progress, and sent as far as it fits', async () => {
    await suggests();
    // The repeated text saves time, because the offline model remembers its embedding.
    const body = 'Of what stands here nothing lasts. '.repeat(30_000).slice(0, MEGABYTE);
    const run = await reviewOf(await written({ body }));
    const { chunks, embedded, left_out } = run.result;
    expect(chunks).toBeGreaterThan(900);
    expect(embedded).toBe(chunks);
    expect(run.progress).toMatchObject({ done: chunks, total: chunks, percent: 100 });
    const told = await toldOf(run);
    expect(told.parts.length + left_out).toBe(chunks);
    expect(Buffer.byteLength(JSON.stringify(told))).toBeLessThan(64_000);
  });

  test('is saved while the agent is off, and the answer names the binding', async () => {
    await used.setting('docs_memory_reviewer', { enabled: false });
    const saved = await written({ body: HOLIDAYS });
    const skipped = [
      { agent: 'docs_memory_reviewer', code: 'agent_disabled', decided_by: { scope: 'organisation' } },
    ];
    expect(saved).toMatchObject({ agent_runs: [], skipped_agents: skipped });
    expect(await edited(saved, { body: 'x' })).toMatchObject({ revision: 2, skipped_agents: skipped });
    expect(await acted(saved, 'archive')).toMatchObject({ skipped_agents: skipped });
    expect(await acted(saved, 'restore')).toMatchObject({ archived_at: null, skipped_agents: skipped });
    const refused = await used.api.post(`/api/docs/${saved.id}/extract`);
    expectProblem(refused, 'agent_disabled');
    expect(refused.body.detail).toContain('organisation');
    expect(await used.rows('agent_runs')).toEqual([]);
  });
});

describe('many edits of one doc', () => {
  test('within a short time are one run, which sees the last of them', async () => {
    await override(used.api, 'DOC_REVIEW_DELAY_SECONDS', 3);
    try {
      await suggests();
      let doc = await written({ body: 'Edit 0.' });
      const runs = new Set([doc.agent_runs[0].id]);
      expect(doc.agent_runs[0]).toMatchObject({ status: 'queued', due_at: expect.any(String) });
      for (let number = 1; number <= 10; number += 1) {
        doc = await edited(doc, { body: `Edit ${number}.` });
        runs.add(doc.agent_runs[0].id);
      }
      expect(runs.size).toBe(1);
      const run = await reviewOf(doc);
      expect(run.result).toMatchObject({ revision: 11, embedded: 1 });
      expect((await toldOf(run)).parts).toEqual([{ text: expect.stringContaining('Edit 10.') }]);
      expect(await used.rows('agent_runs')).toHaveLength(1);
    } finally {
      await override(used.api, 'DOC_REVIEW_DELAY_SECONDS', 0);
    }
  });

  test('the run waits for an edit that is not committed yet', async () => {
    await override(used.api, 'DOC_REVIEW_DELAY_SECONDS', 2);
    const db = await createDataSource(used.stack.database, 2).initialize();
    const edit = db.createQueryRunner();
    try {
      await suggests();
      const saved = await written({ body: 'Before.' });
      const [{ id }] = saved.agent_runs;
      await edit.startTransaction();
      const by = { user_id: used.stack.tenant.user_id };
      await changeDoc(edit.manager, saved, saved.id, 1, { body: 'After.' }, by);
      const { admitted } = await asking().ask(edit.manager, callerOf(saved), [reviewing(saved)]);
      expect(admitted).toMatchObject([{ run: { id }, startable: null }]);
      await vi.waitFor(async () => expect(await waitingForLocks()).toBe(1), LONG);
      expect(await used.api.run(id)).toMatchObject({ status: 'queued' });
      await edit.commitTransaction();
      expect((await used.completed(id)).result).toMatchObject({ revision: 2 });
    } finally {
      await edit.release();
      await db.destroy();
      await override(used.api, 'DOC_REVIEW_DELAY_SECONDS', 0);
    }
  });

  test("edits of a person for whom the agent is off do not join another person's run", async () => {
    await override(used.api, 'DOC_REVIEW_DELAY_SECONDS', 3600);
    try {
      const saved = await written({ body: 'One.' });
      const [{ id }] = saved.agent_runs;
      const member = await newMember(used.api, 'admin');
      const edit = async (revision: number, api: Caller = used.api) =>
        ok(await api.send('PATCH', `/api/docs/${saved.id}`, { revision, body: `After ${revision}.` }));
      expect((await edit(1, member.api)).agent_runs).toMatchObject([{ id }]);
      ok(await member.api.send('PUT', '/api/agents/docs_memory_reviewer/bindings/user', { enabled: false }));
      expect(await edit(2, member.api)).toMatchObject({
        agent_runs: [],
        skipped_agents: [{ code: 'agent_disabled', decided_by: { scope: 'user' } }],
      });
      expect((await edit(3)).agent_runs).toMatchObject([{ id }]);
      ok(await used.api.post(`/api/agent-runs/${id}/cancel`));
      const [next] = (await edit(4)).agent_runs;
      expect(next.id).not.toBe(id);
      await used.api.post(`/api/agent-runs/${next.id}/cancel`);
    } finally {
      await override(used.api, 'DOC_REVIEW_DELAY_SECONDS', 0);
    }
  });
});

describe('an archived doc', () => {
  test('is not found, its pending proposals are superseded, and both return when it is restored', async () => {
    await suggests(add('Thirty days of leave.', HOLIDAYS));
    const saved = await written({ body: HOLIDAYS });
    await reviewOf(saved);
    const note = ok(await used.api.post(`/api/projects/${used.project}/memories`, { body: 'Stays' }), 201);
    const before = await answers();
    const run = await reviewOf(await acted(saved, 'archive'));
    expect(run.result).toMatchObject({
      note: expect.stringMatching(/archived/),
      chunks: 0,
      embedded: 0,
      superseded: 1,
      proposals: [],
    });
    expect(await answers()).toBe(before);
    expect(await diffs()).toEqual([]);
    expect(await diffs('superseded')).toHaveLength(1);
    expect((await search('how much vacation')).map(({ source }) => source.id)).not.toContain(saved.id);
    expect(await acted(saved, 'archive')).toMatchObject({ agent_runs: [], skipped_agents: [] });
    expectProblem(await used.api.post(`/api/docs/${saved.id}/extract`), 'doc_archived');

    await suggests(add('Thirty days of leave.', HOLIDAYS));
    const back = await reviewOf(await acted(saved, 'restore'));
    expect(back.result).toMatchObject({ revision: 1, embedded: 1, known: 0 });
    expect(await diffs()).toHaveLength(1);
    expect((await search('how much vacation'))[0]).toMatchObject({ source: { id: saved.id } });
    expect((await memories()).map(({ id }) => id)).toEqual([note.id]);
  });

  test('gets no suggestions if it is archived during its review', async () => {
    await used.model.misbehave([
      {
        mode: 'say',
        text: JSON.stringify({ suggestions: [add('x', HOLIDAYS)] }),
        ms: 2000,
        endpoint: 'responses',
      },
    ]);
    const saved = await written({ body: HOLIDAYS });
    await vi.waitFor(async () => expect(await answers()).toBe(1), LONG);
    const archived = await acted(saved, 'archive');
    const [reading, after] = [await reviewOf(saved), await reviewOf(archived)];
    expect(reading.result).toMatchObject({ note: expect.stringMatching(/meanwhile/), proposals: [] });
    expect(after.result.note).toMatch(/archived/);
    expect(await diffs()).toEqual([]);
  });
});

describe('a pending proposal from a doc', () => {
  const part = (number: number, fact: string) => `${section(number)}\n\n${fact}`;

  test('is superseded if its passage was sent again without it, and stays if it was not sent', async () => {
    const [one, two] = ['The door code is changed each May.', 'The boiler is from 1990.'];
    await suggests(add(one, one), add(two, two));
    const saved = await written({ body: `${part(1, one)}\n\n${part(2, two)}` });
    await reviewOf(saved);
    await suggests(add('The boiler is new.', 'The boiler is new.'));
    const next = await edited(saved, { body: `${part(1, one)}\n\n${part(2, 'The boiler is new.')}` });
    expect((await reviewOf(next)).result).toMatchObject({ superseded: 1, known: 0 });
    expect((await diffs()).map(({ change }) => change.body).sort()).toEqual(['The boiler is new.', one]);
    await suggests(add(one, one));
    const again = await reviewOf(await edited(next, { body: `${part(1, `${one} Yes.`)}` }));
    expect(again.result).toMatchObject({ superseded: 1, known: 1, proposals: [] });
    expect((await diffs()).map(({ change }) => change.body)).toEqual([one]);
  });

  test('is suggested anew by a review of the whole doc', async () => {
    await suggests(add('First.', HOLIDAYS));
    const saved = await written({ body: HOLIDAYS });
    await reviewOf(saved);
    await suggests(add('Second.', HOLIDAYS));
    const run = await extracted(saved);
    expect(run.input).toEqual({ doc_id: saved.id, extract: true });
    expect(run.result).toMatchObject({ embedded: 0, superseded: 1 });
    expect((await toldOf(run)).parts).toEqual([{ text: expect.stringContaining(HOLIDAYS) }]);
    expect((await diffs()).map(({ change }) => change.body)).toEqual(['Second.']);
  });

  test('stays if it belongs to another doc or another agent', async () => {
    await suggests(add('Of the other.', HOLIDAYS));
    await reviewOf(await written({ title: 'Other', body: HOLIDAYS }));
    await suggests();
    const saved = await written({ body: HOLIDAYS });
    await reviewOf(saved);
    await reviewOf(await acted(saved, 'archive'));
    expect(await diffs()).toHaveLength(1);
  });
});

describe('the model', () => {
  test('gets the memories nearest to the doc, and none of a person', async () => {
    const near = await remember('Staff get a month of vacation.');
    const alike = await remember('A handbook may take each of the thirty.');
    await remember('Likes tea.', true);
    const reindexed = await used.api.start({ agent: 'reindex', project_id: used.project });
    await used.completed(reindexed.id);
    await suggests(
      add('Staff get thirty days of vacation.', HOLIDAYS, { action: 'change', memory_id: near.id }),
      add('', '', { action: 'remove', memory_id: '01900000-0000-7000-8000-00000000ffff', text: null }),
      add(' '),
    );
    const run = await reviewOf(await written({ body: HOLIDAYS }));
    expect((await toldOf(run)).memories).toEqual([near, alike].map(({ id, body }) => ({ id, text: body })));
    expect(run.result).toMatchObject({ dropped: 2, proposals: [expect.any(String)] });
    const [change] = (await diffs()) as [Json];
    expect(change).toMatchObject({ kind: 'memory_change', target: { id: near.id, version: 1 } });
    await used.accept(change.id);
    expect(await memories()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: near.id, body: 'Staff get thirty days of vacation.', version: 2 }),
      ]),
    );
  });

  test('treats orders in a doc as data', async () => {
    await suggests(add(`${ORDER} <script>alert(1)</script>\u0000`, ORDER, { reason: ORDER }));
    const run = await reviewOf(await written({ title: ORDER, body: ORDER }));
    const asked = await askedOf(used, run.id);
    expect(asked.instructions).not.toContain(ORDER);
    expect(JSON.parse(asked.input)).toMatchObject({
      doc: { title: ORDER },
      parts: [{ text: expect.stringContaining(ORDER) }],
    });
    expect(await memories()).toEqual([]);
    expect(await diffs()).toMatchObject([{ status: 'pending', reason: ORDER }]);
  });

  test('whose answer never fits fails the run; the doc is still found, and nothing else is written', async () => {
    await used.setting('docs_memory_reviewer', { settings: { max_attempts: 1 } });
    await used.answer({ suggestions: [{ action: 'drop tables' }] }, true);
    const saved = await written({ body: HOLIDAYS });
    const failed = await used.api.ended(saved.agent_runs[0].id, 60_000);
    expect(failed.error).toMatchObject({ code: 'model_output_invalid', step: 'review' });
    expect(failed.error.message).toContain('suggestions');
    expect((await search('how much vacation'))[0]).toMatchObject({ source: { id: saved.id } });
    expect(await diffs()).toEqual([]);
    expect(ok(await used.api.get(`/api/docs/${saved.id}`)).reviewed_revision).toBeNull();
  });
});

test('a repeated delivery suggests nothing more', async () => {
  await suggests(add('New.', HOLIDAYS));
  const run = await reviewOf(await written({ body: HOLIDAYS }));
  const before = await diffs();
  const review = { revision: 1, since: null, unread: null, seen: [] };
  const again = await used.deliver(run.id, 'review', { ...review, suggestions: [add('Other.')] });
  expect(again.proposed?.made).toEqual(run.result.proposals);
  expect(await diffs()).toEqual(before);
});

test('a cancelled run keeps the embedded chunks, and the next one continues', async () => {
  await used.model.misbehave([
    { mode: 'ok', endpoint: 'embeddings' },
    { mode: 'slow', ms: 60_000, endpoint: 'embeddings' },
  ]);
  const body = Array.from({ length: 100 }, (_, number) => section(number)).join('\n\n');
  const saved = await written({ body });
  const [{ id }] = saved.agent_runs;
  const embedded = async () => {
    const [row] = await used.stack.query(
      `SELECT count(*)::int AS count FROM chunk_vectors WHERE project_id = $1 AND space_id IS NOT NULL`,
      [used.project],
    );
    return row?.count;
  };
  await vi.waitFor(async () => expect(await embedded()).toBe(64), LONG);
  ok(await used.api.post(`/api/agent-runs/${id}/cancel`));
  expect(await used.api.ended(id)).toMatchObject({ status: 'cancelled' });
  expect(await embedded()).toBe(64);
  await suggests();
  expect((await extracted(saved)).result).toMatchObject({ chunks: 100, embedded: 36 });
});

test('a doc of another tenant, or of another project, does not exist', async () => {
  const saved = await written({ body: HOLIDAYS });
  await reviewOf(saved);
  const input = { doc_id: saved.id };
  const ask = async (project_id: string, api = used.api) => {
    const { id } = await api.start({ agent: 'docs_memory_reviewer', project_id, input });
    return api.ended(id);
  };
  const missing = { status: 'failed', error: { code: 'not_found', retryable: false } };
  expect(await ask(used.theirs, used.other)).toMatchObject(missing);
  expect(await ask(await used.newProject())).toMatchObject(missing);
  expectProblem(await used.other.post(`/api/docs/${saved.id}/extract`), 'not_found');
});

/** Joins runs as the API does, in a transaction of one's own. */
function asking(): FollowUp {
  return new FollowUp(new Admission(signer), undefined as never, undefined as never);
}

const callerOf = ({ organisation_id }: Json): Principal =>
  ({ organisation_id, user_id: used.stack.tenant.user_id }) as Principal;

const reviewing = ({ id, project_id }: Json) => ({
  agent: 'docs_memory_reviewer',
  project_id,
  input: { doc_id: id },
  target: { type: 'doc', id },
  gather_seconds: 2,
});

async function waitingForLocks(): Promise<unknown> {
  const [row] = await used.stack.query(
    `SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'nightshift-worker'`,
  );
  return row?.count;
}
