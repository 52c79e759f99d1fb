import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  commentsSchema,
  ticketDetailSchema,
  ticketSchema,
  ticketsSchema,
} from '../../src/workspace/tickets/ticket.dto.js';
import { TICKET_STATUSES } from '../../workflows/contract/ticket.js';
import { newMember } from '../platform/auth/people.js';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { expectProblem } from '../support/problems.js';
import { everyPage, HOSTILE, newProject, newTicket, UNSTORABLE } from './new-items.js';
import { useTwoTenants } from './two-tenants.js';

const used = useTwoTenants();

const patch = (id: string, body: object) => used.api.send('PATCH', `/api/tickets/${id}`, body);
const show = async (id: string): Promise<Json> => {
  const ticket = ok(await used.api.get(`/api/tickets/${id}`));
  expect(ticketDetailSchema.parse(ticket)).toEqual(ticket);
  return ticket;
};
const list = async (query: string, of = used.project): Promise<Json[]> =>
  ok(await used.api.get(`/api/projects/${of}/tickets?${query}`)).tickets;
const numberOf = ({ key }: Json) => Number(key.slice('TCK-'.length));

describe('a ticket', () => {
  test('is written, read and changed', async () => {
    const ticket = await newTicket(used.api, used.project, {
      title: ' Printer ',
      body: 'On fire.',
      labels: ['office', 'hot', 'office'],
    });
    expect(ticketSchema.parse(ticket)).toEqual(ticket);
    expect(ticket).toMatchObject({ title: 'Printer', status: 'open', labels: ['office', 'hot'], version: 1 });
    expect(ticket).toMatchObject({
      assignee_id: null,
      closed_at: null,
      key: expect.stringMatching(/^TCK-\d+$/),
    });
    expect(await show(ticket.id)).toEqual({ ...ticket, comments: 0, relations: [], accepted_proposals: [] });

    const { user_id } = await newMember(used.api, 'member');
    const changed = ok(await patch(ticket.id, { assignee_id: user_id, status: 'in_progress', version: 1 }));
    expect(changed).toMatchObject({
      assignee_id: user_id,
      status: 'in_progress',
      version: 2,
      body: 'On fire.',
    });
    const again = ok(
      await patch(ticket.id, { title: 'P', body: '', labels: [], assignee_id: null, version: 2 }),
    );
    expect(again).toMatchObject({ title: 'P', body: '', labels: [], assignee_id: null, version: 3 });
    expect(again).toMatchObject({ status: 'in_progress', key: ticket.key, created_at: ticket.created_at });
  });

  test('has the moment of its end while it is done or closed', async () => {
    const { id } = await newTicket(used.api, used.project);
    let closed_at: string | null = null;
    let version = 1;
    for (const status of [...TICKET_STATUSES, 'open', 'closed', 'done', 'blocked'] as const) {
      const ticket = ok(await patch(id, { status, version }));
      if (status !== 'done' && status !== 'closed') expect(ticket.closed_at).toBeNull();
      else if (closed_at === null) expect(ticket.closed_at).not.toBeNull();
      else expect(ticket.closed_at).toBe(closed_at);
      ({ closed_at, version } = ticket);
    }
    expect((await newTicket(used.api, used.project, { status: 'done' })).closed_at).not.toBeNull();
  });

  test('has the moment since which it has its status', async () => {
    const { id } = await newTicket(used.api, used.project, { status: 'blocked' });
    const status_since = '2026-01-01T00:00:00.000Z';
    await used.stack.query('UPDATE tickets SET status_since = $2 WHERE id = $1', [id, status_since]);
    for (const change of [{ title: 'Other' }, { status: 'blocked' }]) {
      const { version } = await show(id);
      expect(ok(await patch(id, { ...change, version }))).toMatchObject({ status_since });
    }
    const { version } = await show(id);
    const changed = ok(await patch(id, { status: 'open', version }));
    expect(Date.parse(changed.status_since)).toBeGreaterThan(Date.parse(status_since));
  });

  test('of several changes at once, one wins and the others get 412', async () => {
    const { id } = await newTicket(used.api, used.project);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => patch(id, { title: `by ${index}`, version: 1 })),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    for (const answer of answers.filter((one) => one !== won[0])) {
      expectProblem(answer, 'version_conflict');
      expect(answer.body.detail).toContain('version 2');
    }
    expect(await show(id)).toMatchObject(won[0]?.body);
  });

  test('has the next number of its organisation, also of 200 written at once', async () => {
    const other = await newProject(used.api);
    const before = numberOf(await newTicket(used.api, other));
    const made = await Promise.all(
      Array.from({ length: 200 }, (_, index) => newTicket(used.api, index % 2 ? used.project : other)),
    );
    const numbers = made.map(numberOf).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 200 }, (_, index) => before + 1 + index));
    expect((await newTicket(used.other, used.theirs.project_id)).key).toBe('TCK-1');
  });

  test('that is refused takes no number', async () => {
    const before = numberOf(await newTicket(used.api, used.project));
    const path = `/api/projects/${used.project}/tickets`;
    const refused = await used.api.post(path, { title: 'x', assignee_id: randomUUID() });
    expectProblem(refused, 'validation_failed', 'assignee_id');
    expectProblem(await used.api.post(path, { title: '' }), 'validation_failed', 'title');
    expect(numberOf(await newTicket(used.api, used.project))).toBe(before + 1);
  });

  test('is assigned to nobody but a member', async () => {
    const { id } = await newTicket(used.api, used.project);
    for (const assignee_id of [used.theirs.user_id, randomUUID()]) {
      const refused = await patch(id, { assignee_id, version: 1 });
      expectProblem(refused, 'validation_failed', 'assignee_id');
    }
    expect((await show(id)).version).toBe(1);
  });
});

describe('the list', () => {
  test('shows the newest first, page by page, and what the filters let through', async () => {
    const of = await newProject(used.api);
    const { user_id } = used.stack.tenant;
    const made = [
      await newTicket(used.api, of, { labels: ['a', 'b'], status: 'open' }),
      await newTicket(used.api, of, { labels: ['a'], status: 'done', assignee_id: user_id }),
      await newTicket(used.api, of, { labels: ['b'], status: 'open', assignee_id: user_id }),
      await newTicket(used.api, of),
    ];
    const ids = (...indexes: number[]) => indexes.map((index) => made[index]?.id);
    const path = `/api/projects/${of}/tickets`;
    for (const limit of [1, 2, 4, 200])
      expect((await everyPage(used.api, path, 'tickets', limit)).map(({ id }) => id)).toEqual(
        ids(3, 2, 1, 0),
      );
    const page = ok(await used.api.get(path));
    expect(ticketsSchema.parse(page)).toEqual(page);
    expect(page.tickets[0]).not.toHaveProperty('body');
    for (const [query, wanted] of [
      ['label=a', ids(1, 0)],
      ['status=open', ids(3, 2, 0)],
      [`assignee_id=${user_id}`, ids(2, 1)],
      [`assignee_id=${user_id}&label=b&status=open`, ids(2)],
      [`key=${made[1].key}`, ids(1)],
      [`key=${made[1].key.toLowerCase()}&status=open`, []],
      [`label=${encodeURIComponent("a' OR 1=1 --")}`, []],
      [`assignee_id=${randomUUID()}`, []],
    ] as const)
      expect(
        (await list(query, of)).map(({ id }) => id),
        query,
      ).toEqual(wanted);
    expect(await list(`key=${made[0].key}`)).toEqual([]);
  });

  test.each(['status=finished', 'key=1042', 'key=TCK-0', 'key=TCK-1234567890', 'assignee_id=me', 'label='])(
    'refuses the filter %s',
    async (query) => {
      const answer = await used.api.get(`/api/projects/${used.project}/tickets?${query}`);
      expectProblem(answer, 'validation_failed', query.split('=')[0]);
    },
  );
});

describe('comments', () => {
  test('are listed with the newest first, counted, and leave the version as it is', async () => {
    const ticket = await newTicket(used.api, used.project);
    const path = `/api/tickets/${ticket.id}/comments`;
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      const answer = await used.api.post(path, { body: `number ${index}` });
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({
        ticket_id: ticket.id,
        author_id: used.stack.tenant.user_id,
        run_id: null,
      });
      made.unshift(answer.body.id);
    }
    for (const limit of [2, 5, 200])
      expect((await everyPage(used.api, path, 'comments', limit)).map(({ id }) => id)).toEqual(made);
    const page = ok(await used.api.get(path));
    expect(commentsSchema.parse(page)).toEqual(page);
    const after = await show(ticket.id);
    expect(after).toMatchObject({ comments: 5, version: 1 });
    expect(after.updated_at >= ticket.updated_at).toBe(true);
  });

  test('that say nothing, or too much, are refused', async () => {
    const { id } = await newTicket(used.api, used.project);
    const path = `/api/tickets/${id}/comments`;
    for (const body of ['', 'a'.repeat(65_537), 'a\u0000', null, 1, undefined])
      expectProblem(await used.api.post(path, { body }), 'validation_failed', 'body');
    expectProblem(
      await used.api.post(path, { body: 'x', author_id: randomUUID() }),
      'validation_failed',
      'author_id',
    );
    expectProblem(await used.api.post(`/api/tickets/${randomUUID()}/comments`, { body: 'x' }), 'not_found');
    expect((await show(id)).comments).toBe(0);
  });
});

describe('any text', () => {
  test.each(HOSTILE)('%s comes back as it was sent', async (_, text) => {
    const ticket = await newTicket(used.api, used.project, { title: text, body: text, labels: [text] });
    expect(await show(ticket.id)).toMatchObject({ title: text, body: text, labels: [text], status: 'open' });
    expect((await list(`label=${encodeURIComponent(text)}`)).map(({ id }) => id)).toEqual([ticket.id]);
    const comment = await used.api.post(`/api/tickets/${ticket.id}/comments`, { body: text });
    expect(comment.body.body).toBe(text);
  });

  test.each(UNSTORABLE)('with %s is refused', async (_, text) => {
    const path = `/api/projects/${used.project}/tickets`;
    expectProblem(await used.api.post(path, { title: text }), 'validation_failed', 'title');
    expectProblem(await used.api.post(path, { title: 'x', body: text }), 'validation_failed', 'body');
    expectProblem(await used.api.post(path, { title: 'x', labels: [text] }), 'validation_failed', 'labels.0');
  });

  test('of 256 KB is taken, and one of 1 MB refused by its name', async () => {
    const path = `/api/projects/${used.project}/tickets`;
    const body = '"'.repeat(262_144);
    expect((await newTicket(used.api, used.project, { body })).body).toBe(body);
    const refused = await used.api.post(path, { title: 'x', body: 'a'.repeat(1_048_576) });
    expectProblem(refused, 'validation_failed', 'body');
  });

  test.each<[string, object, string]>([
    ['a status that is none', { title: 'x', status: 'finished' }, 'status'],
    ['an empty label', { title: 'x', labels: [' '] }, 'labels.0'],
    ['too many labels', { title: 'x', labels: Array.from({ length: 21 }, (_, n) => `${n}`) }, 'labels'],
    ['labels that are a text', { title: 'x', labels: 'a;b' }, 'labels'],
    ['a number of its own', { title: 'x', number: 1 }, 'number'],
  ])('of a ticket with %s is refused', async (_, body, field) => {
    expectProblem(
      await used.api.post(`/api/projects/${used.project}/tickets`, body),
      'validation_failed',
      field,
    );
  });
});
