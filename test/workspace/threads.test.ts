import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  messagesSchema,
  threadSchema,
  threadsSchema,
  turnSavedSchema,
} from '../../src/workspace/threads/thread.dto.js';
import { newMember } from '../platform/auth/people.js';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { expectProblem } from '../support/problems.js';
import { everyPage, HOSTILE, newProject, newThread, UNSTORABLE } from './new-items.js';
import { useTwoTenants } from './two-tenants.js';

const used = useTwoTenants();

const turn = (id: string, messages: unknown, api = used.api) =>
  api.post(`/api/threads/${id}/turns`, { messages });
const saved = async (id: string, messages: unknown): Promise<Json> => {
  const answer = await turn(id, messages);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  expect(turnSavedSchema.parse(answer.body)).toEqual(answer.body);
  return answer.body;
};
const messagesOf = async (id: string, query = 'limit=200'): Promise<Json> => {
  const page = ok(await used.api.get(`/api/threads/${id}/messages?${query}`));
  expect(messagesSchema.parse(page)).toEqual(page);
  return page;
};
const stored = async () => [
  await used.stack.query('SELECT * FROM threads ORDER BY id'),
  await used.stack.query('SELECT * FROM raw_events ORDER BY id'),
  await used.stack.query('SELECT * FROM messages ORDER BY id'),
];

describe('a thread', () => {
  test('is begun, read and listed, the newest first', async () => {
    const of = await newProject(used.api);
    const made: Json[] = [];
    for (const channel of ['chat', 'support', 'chat', 'chat'])
      made.unshift(await newThread(used.api, of, { channel, title: ` ${channel} ` }));
    expect(threadSchema.parse(made[0])).toEqual(made[0]);
    expect(made[0]).toMatchObject({ channel: 'chat', title: 'chat', created_by: used.stack.tenant.user_id });
    expect(ok(await used.api.get(`/api/threads/${made[0]?.id}`))).toEqual(made[0]);
    const path = `/api/projects/${of}/threads`;
    for (const limit of [1, 3, 200]) expect(await everyPage(used.api, path, 'threads', limit)).toEqual(made);
    const support = ok(await used.api.get(`${path}?channel=support`));
    expect(threadsSchema.parse(support)).toEqual(support);
    expect(support.threads).toEqual([made[2]]);
  });

  test.each<[string, object, string]>([
    ['no channel', { title: 'x' }, 'channel'],
    ['another channel', { title: 'x', channel: 'email' }, 'channel'],
    ['no title', { channel: 'chat' }, 'title'],
    ['a title of 301 characters', { channel: 'chat', title: 'a'.repeat(301) }, 'title'],
    ['a NUL in its title', { channel: 'chat', title: 'a\u0000' }, 'title'],
  ])('with %s is refused', async (_, body, field) => {
    expectProblem(
      await used.api.post(`/api/projects/${used.project}/threads`, body),
      'validation_failed',
      field,
    );
  });

  test('of another organisation is like one that does not exist', async () => {
    const foreign = await newThread(used.other, used.theirs.project_id);
    for (const id of [foreign.id, randomUUID()]) {
      expectProblem(await used.api.get(`/api/threads/${id}`), 'not_found');
      expectProblem(await used.api.get(`/api/threads/${id}/messages`), 'not_found');
      expectProblem(await turn(id, [{ role: 'user', body: 'x' }]), 'not_found');
    }
    expect(ok(await used.other.get(`/api/threads/${foreign.id}/messages`)).messages).toEqual([]);
  });

  test('is for a viewer to read only', async () => {
    const { id } = await newThread(used.api, used.project);
    const viewer = (await newMember(used.api, 'viewer')).api;
    expect((await viewer.get(`/api/threads/${id}`)).status).toBe(200);
    expectProblem(await turn(id, [{ role: 'user', body: 'x' }], viewer), 'forbidden');
  });
});

describe('a turn', () => {
  test('saves its messages and one event that refers to them', async () => {
    const thread = await newThread(used.api, used.project);
    const { user_id } = used.stack.tenant;
    const { raw_event_id, messages } = await saved(thread.id, [
      { role: 'system', body: 'Be brief.', metadata: { internal: true, source: { app: ['x', 1, null] } } },
      { role: 'user', body: 'Where is the printer?' },
      { role: 'assistant', body: 'On fire.' },
    ]);
    expect(messages).toMatchObject([
      { role: 'system', metadata: { internal: true, source: { app: ['x', 1, null] } }, author_id: null },
      { role: 'user', body: 'Where is the printer?', metadata: {}, author_id: user_id },
      { role: 'assistant', body: 'On fire.', author_id: null },
    ]);
    const events = await used.stack.query('SELECT * FROM raw_events WHERE thread_id = $1', [thread.id]);
    expect(events).toMatchObject([
      {
        id: raw_event_id,
        kind: 'chat_turn',
        user_id,
        project_id: used.project,
        data: { messages: messages.map(({ id, role }: Json) => ({ id, role })) },
      },
    ]);
    expect((await messagesOf(thread.id)).messages).toEqual(messages);
    const after = ok(await used.api.get(`/api/threads/${thread.id}`));
    expect(after.updated_at >= thread.updated_at).toBe(true);
  });

  test('keeps its order, and turns at once do not mix', async () => {
    const { id } = await newThread(used.api, used.project);
    const bodies = (turn: number) => Array.from({ length: 20 }, (_, index) => `${turn}.${index}`);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        saved(
          id,
          bodies(index).map((body) => ({ role: 'user', body })),
        ),
      ),
    );
    const { messages } = await messagesOf(id);
    expect(messages).toHaveLength(200);
    for (let start = 0; start < 200; start += 20) {
      const together: Json[] = messages.slice(start, start + 20);
      const { raw_event_id } = together[0];
      expect(together).toEqual(answers.find((one) => one.raw_event_id === raw_event_id)?.messages);
    }
  });

  test('is read page by page, from either end', async () => {
    const { id } = await newThread(used.api, used.project);
    const { messages } = await saved(
      id,
      Array.from({ length: 7 }, (_, index) => ({ role: 'user', body: `${index}` })),
    );
    for (const [order, wanted] of [
      ['oldest', messages],
      ['newest', messages.toReversed()],
    ] as const) {
      const found: Json[] = [];
      for (let after: string | null = ''; after !== null; ) {
        const page: Json = await messagesOf(id, `order=${order}&limit=3${after && `&after=${after}`}`);
        found.push(...page.messages);
        after = page.next_after;
      }
      expect(found).toEqual(wanted);
    }
  });

  test('is saved as a whole or not at all, also where the database refuses its last message', async () => {
    const { id } = await newThread(used.api, used.project);
    const good = Array.from({ length: 3 }, (_, index) => ({ role: 'user', body: `${index}` }));
    const before = await stored();
    expectProblem(
      await turn(id, [...good, { role: 'user', body: '' }]),
      'validation_failed',
      'messages.3.body',
    );
    expect(await stored()).toEqual(before);
    await used.stack.query(`ALTER TABLE messages ADD CONSTRAINT refused CHECK (body <> 'refused')`);
    const refused = [...good, { role: 'user', body: 'refused' }];
    expectProblem(await turn(id, refused, used.api.whileBroken), 'internal');
    await used.stack.query(`ALTER TABLE messages DROP CONSTRAINT refused`);
    expect(await stored()).toEqual(before);
    await saved(id, good);
  });

  test.each(HOSTILE)('keeps %s as it was sent', async (_, text) => {
    const { id } = await newThread(used.api, used.project, { title: text });
    const said = { role: 'user', body: text, metadata: { [text]: text } };
    expect((await saved(id, [said])).messages).toMatchObject([said]);
    expect(ok(await used.api.get(`/api/threads/${id}`))).toMatchObject({ title: text });
  });

  test('takes twenty long messages at once', async () => {
    const { id } = await newThread(used.api, used.project);
    const { messages } = await saved(
      id,
      Array.from({ length: 20 }, () => ({ role: 'user', body: '"'.repeat(50_000) })),
    );
    expect(messages).toHaveLength(20);
  });

  const user = (more: object) => [{ role: 'user', body: 'x', ...more }];
  test.each<[string, unknown, string]>([
    ['no messages', undefined, 'messages'],
    ['an empty list', [], 'messages'],
    ['21 messages', Array.from({ length: 21 }, () => ({ role: 'user', body: 'x' })), 'messages'],
    ['an unknown role', user({ role: 'tool' }), 'messages.0.role'],
    ['a message without text', [{ role: 'user' }], 'messages.0.body'],
    ['a message that is too long', user({ body: 'a'.repeat(65_537) }), 'messages.0.body'],
    ['an unknown field', user({ author_id: randomUUID() }), 'messages.0.author_id'],
    ['metadata that is a list', user({ metadata: [] }), 'messages.0.metadata'],
    ['internal that is no boolean', user({ metadata: { internal: 'yes' } }), 'messages.0.metadata.internal'],
    ['metadata that is too long', user({ metadata: { a: 'a'.repeat(17_000) } }), 'messages.0.metadata'],
    ...UNSTORABLE.flatMap(([name, text]): [string, unknown, string][] => [
      [name, user({ body: text }), 'messages.0.body'],
      [`${name} in its metadata`, user({ metadata: { [text]: 1 } }), 'messages.0.metadata'],
    ]),
  ])('with %s is refused', async (_, messages, field) => {
    const { id } = await newThread(used.api, used.project);
    const before = await stored();
    expectProblem(await turn(id, messages), 'validation_failed', field);
    expect(await stored()).toEqual(before);
  });
});
