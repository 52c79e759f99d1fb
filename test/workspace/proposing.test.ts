import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { NewProposal } from '../../workflows/contract/proposal.js';
import { ok } from '../support/answers.js';
import { aNote, closing, useWorkspace } from './workspace.js';

const used = useWorkspace();
const statusOf = async (id: string) => (await used.api.get(`/api/proposals/${id}`)).body.status;
const decide = async (id: string, decision: 'accept' | 'reject') =>
  ok(await used.api.post(`/api/proposals/${id}/${decision}`));

describe('a suggestion', () => {
  test('is written once, however often its step is repeated, and answered the same', async () => {
    const run_id = randomUUID();
    const proposals = [aNote(), aNote()];
    const first = await used.propose(proposals, { run_id });
    expect(first).toEqual({ made: [expect.any(String), expect.any(String)], accepted: [], known: 0 });
    expect(await used.propose(proposals, { run_id })).toEqual(first);
    await decide(first.made[0]!, 'reject');
    expect(await used.propose(proposals, { run_id })).toEqual(first);
    const rows = await used.stack.query(`SELECT 1 FROM proposals WHERE run_id = $1`, [run_id]);
    expect(rows).toHaveLength(2);
  });

  test('that is made twice in one step is made once', async () => {
    const note = aNote();
    expect(await used.propose([note, note])).toMatchObject({ made: [expect.any(String)], known: 1 });
  });

  test('is known while the same waits', async () => {
    const closed = closing(await used.ticket());
    await used.propose([closed]);
    expect(await used.propose([closed])).toEqual({ made: [], accepted: [], known: 1 });
  });

  test('of two runs at once is made by one', async () => {
    const notes = Array.from({ length: 5 }, () => aNote());
    const answers = await Promise.all(Array.from({ length: 4 }, () => used.propose(notes)));
    expect(answers.flatMap(({ made }) => made)).toHaveLength(5);
    expect(answers.reduce((sum, { known }) => sum + known, 0)).toBe(15);
  });

  test('about a newer version takes the place of the same about an older', async () => {
    const ticket = await used.ticket();
    const old = await used.proposed(closing(ticket));
    await used.changeTicket(ticket);
    const now = await used.proposed(closing(ticket, 2));
    expect((await used.api.get(`/api/proposals/${old}`)).body).toMatchObject({
      status: 'superseded',
      decided_by: null,
      decision: { superseded_by: now },
    });
    expect(await statusOf(now)).toBe('pending');
  });

  test('that was rejected is never made again, whatever has changed', async () => {
    const ticket = await used.ticket();
    await decide(await used.proposed(closing(ticket)), 'reject');
    expect(await used.propose([closing(ticket)])).toMatchObject({ made: [], known: 1 });
    await used.changeTicket(ticket);
    expect(await used.propose([closing(ticket, 2)])).toMatchObject({ made: [], known: 1 });
  });

  test('that was accepted is made again only once its target has changed', async () => {
    const ticket = await used.ticket();
    const { decision } = await decide(await used.proposed(closing(ticket)), 'accept');
    expect(decision.made).toEqual({ type: 'ticket', id: ticket, version: 2 });
    expect(await used.propose([closing(ticket)])).toMatchObject({ made: [], known: 1 });
    expect(await used.propose([closing(ticket, 2)])).toMatchObject({ made: [expect.any(String)], known: 0 });
    const note = aNote();
    await decide(await used.proposed(note), 'accept');
    expect(await used.propose([note])).toMatchObject({ made: [], known: 1 });
  });

  test('for one person is known to that person alone', async () => {
    const note = aNote({ personal: true });
    await decide(await used.proposed(note), 'reject');
    expect(await used.propose([note], { user_id: randomUUID() })).toMatchObject({ known: 0 });
    expect(await used.propose([note])).toMatchObject({ made: [], known: 1 });
    expect(await used.propose([{ ...note, personal: false }])).toMatchObject({ known: 0 });
  });
});

describe('what replaces', () => {
  const summary = (text: string): NewProposal =>
    aNote({
      kind: 'roadmap_summary',
      change: { summary: text },
      target: { type: 'roadmap', id: used.stack.tenant.project_id, version: 0 },
      replaces: true,
    });

  test('supersedes what waits of the same kind about the same, of other runs', async () => {
    const ticket = await used.ticket();
    const [kept, other] = [
      aNote({ target: { type: 'ticket', id: ticket, version: 1 } }),
      await used.ticket(),
    ];
    const before = await used.propose([kept, closing(ticket), closing(other)]);
    const replacing = closing(ticket, 1, { change: { status: 'blocked' }, dedupe_key: randomUUID() });
    const now = await used.proposed({ ...replacing, replaces: true });
    const statuses = await Promise.all([...before.made, now].map(statusOf));
    expect(statuses).toEqual(['pending', 'superseded', 'pending', 'pending']);
    const [first, second] = (await used.propose([summary('a'), summary('b')])).made;
    expect([await statusOf(first!), await statusOf(second!)]).toEqual(['pending', 'pending']);
  });

  test('about nothing supersedes only what the same agent made', async () => {
    const epic = () => aNote({ kind: 'epic_new', change: { title: 'Epic', goal: 'A goal' }, replaces: true });
    const foreign = await used.proposed(epic(), { agent: 'another' });
    const own = await used.proposed(epic());
    await used.propose([epic(), epic()]);
    expect([await statusOf(foreign), await statusOf(own)]).toEqual(['pending', 'superseded']);
  });
});

describe('what does not fit is refused when it is proposed, and nothing is written', () => {
  const at: Record<string, string> = {};
  beforeAll(async () => {
    const theirs = await used.stack.seed('Globex', 'owner@globex.test');
    at.ticket = await used.ticket();
    at.theirs = await used.ticket(theirs);
    at.elsewhere = await used.ticket({ project_id: await used.newProject() });
    at.requested = (await used.snapshot()).id;
    const memory = { body: 'Mine', mine: true };
    at.memory = ok(await used.api.post(`${used.project}/memories`, memory), 201).id;
  });
  const relation = (other_id: string | undefined) =>
    closing(at.ticket!, 1, {
      kind: 'ticket_relation',
      change: { relation: 'duplicate_of', other_id },
    });

  test.each<[string, () => object]>([
    ['an unknown kind', () => ({ ...aNote(), kind: 'ticket_delete' })],
    ['an unknown field', () => ({ ...aNote(), status: 'accepted' })],
    ['no reason', () => aNote({ reason: ' ' })],
    ['no key', () => aNote({ dedupe_key: '' })],
    ['a NUL character', () => aNote({ title: 'a\u0000b' })],
    ['half of a surrogate pair in a change', () => aNote({ change: { body: '\ud800' } })],
    ['a change of another shape', () => closing(at.ticket!, 1, { change: { state: 'closed' } })],
    ['a status that is none', () => closing(at.ticket!, 1, { change: { status: 'deleted' } })],
    [
      'more than the change takes',
      () => closing(at.ticket!, 1, { change: { status: 'closed', title: 'x' } }),
    ],
    ['no target', () => closing('', 1, { target: null })],
    [
      'a target of another type',
      () => closing('', 1, { target: { type: 'epic', id: at.ticket!, version: 1 } }),
    ],
    ['a target where there is none', () => ({ ...closing(at.ticket!), kind: 'ticket_new' })],
    ['a target that is nowhere', () => closing(randomUUID())],
    ['a target of another organisation', () => closing(at.theirs!)],
    ['a target of another project', () => closing(at.elsewhere!)],
    ['a version that is none', () => closing(at.ticket!, 2 ** 31)],
    ['a target that is no id', () => closing('TCK-1042')],
    ['a relation to itself', () => relation(at.ticket)],
    ['a relation to a foreign ticket', () => relation(at.theirs)],
    [
      'an epic of foreign tickets',
      () => aNote({ kind: 'epic_new', change: { title: 'x', goal: 'x', ticket_ids: [at.theirs] } }),
    ],
    [
      "another project's roadmap",
      () =>
        aNote({
          kind: 'roadmap_summary',
          change: { summary: 'x' },
          target: { type: 'roadmap', id: randomUUID(), version: 0 },
        }),
    ],
    [
      'a snapshot without a draft',
      () => aNote({ kind: 'snapshot', target: { type: 'snapshot', id: at.requested!, version: 1 } }),
    ],
    [
      "a person's memory, for all",
      () => aNote({ kind: 'memory_remove', target: { type: 'memory', id: at.memory!, version: 1 } }),
    ],
    ['a source that is none', () => aNote({ sources: [{ type: 'web' as 'doc', id: 'x' }] })],
  ])('%s', async (_, proposal) => {
    const count = () => used.stack.query('SELECT count(*) FROM proposals');
    const before = await count();
    const refused = used.propose([aNote(), proposal() as NewProposal]);
    await expect(refused).rejects.toMatchObject({ code: 'agent_defect' });
    expect(await count()).toEqual(before);
  });

  test('one for a person, by a run for none', async () => {
    const refused = used.propose([aNote({ personal: true })], { user_id: null });
    await expect(refused).rejects.toMatchObject({ code: 'agent_defect' });
  });
});

describe('accepted at once, where a binding says so', () => {
  test('its change is made in the same transaction, and names no person', async () => {
    const ticket = await used.ticket();
    const run = { auto_accept: true, run_id: randomUUID() };
    const answer = await used.propose([closing(ticket)], run);
    expect(answer).toEqual({ made: [expect.any(String)], accepted: answer.made, known: 0 });
    expect((await used.api.get(`/api/proposals/${answer.made[0]}`)).body).toMatchObject({
      status: 'accepted',
      decided_by: null,
      decision: { auto: true, made: { type: 'ticket', id: ticket, version: 2 } },
    });
    expect(await used.propose([closing(ticket)], run)).toEqual(answer);
    const [row] = await used.stack.query(`SELECT status, version FROM tickets WHERE id = $1`, [ticket]);
    expect(row).toEqual({ status: 'closed', version: 2 });
    const { changes } = (await used.api.get('/api/audit-log?subject=proposal&limit=200')).body;
    expect(changes.find((one: { subject_id: string }) => one.subject_id === answer.made[0])).toMatchObject({
      changed_by: null,
      before: { kind: 'ticket_status', status: 'pending' },
      after: { status: 'accepted', auto: true },
    });
  });

  test('what has changed meanwhile waits for a person, and takes no other with it', async () => {
    const [ticket, changed] = [await used.ticket(), await used.ticket()];
    await used.changeTicket(changed);
    const { made, accepted } = await used.propose([closing(changed), closing(ticket)], { auto_accept: true });
    expect(accepted).toEqual([made[1]]);
    expect(await statusOf(made[0]!)).toBe('pending');
  });

  test('a step that fails leaves nothing of it', async () => {
    const ticket = await used.ticket();
    const bad = closing(randomUUID());
    await expect(used.propose([closing(ticket), bad], { auto_accept: true })).rejects.toThrow();
    const [row] = await used.stack.query(`SELECT status FROM tickets WHERE id = $1`, [ticket]);
    expect(row).toEqual({ status: 'open' });
  });
});

describe('one whose time has passed', () => {
  test('is expired for every reader, and may be suggested anew', async () => {
    const note = aNote({ expires_at: new Date(Date.now() - 1000).toISOString() });
    const id = await used.proposed(note);
    expect(await statusOf(id)).toBe('expired');
    const refused = await used.api.post(`/api/proposals/${id}/accept`);
    expect(refused.body).toMatchObject({ status: 409, code: 'already_decided' });
    const [row] = await used.stack.query(
      `SELECT status, decided_at = expires_at AS at FROM proposals WHERE id = $1`,
      [id],
    );
    expect(row).toEqual({ status: 'expired', at: true });
    expect(await used.propose([note])).toMatchObject({ made: [expect.any(String)], known: 0 });
  });

  test('is in no list of what waits', async () => {
    const id = await used.proposed(aNote({ expires_at: new Date(Date.now() - 1000).toISOString() }));
    const idsOf = async (query: string) =>
      ok(await used.api.get(`${used.project}/inbox${query}`)).proposals.map((one: { id: string }) => one.id);
    expect(await idsOf('?limit=200')).not.toContain(id);
    expect(await idsOf('?limit=200&status=expired')).toContain(id);
  });
});
