import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { newMember, type Person } from '../platform/auth/people.js';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { expectProblem } from '../support/problems.js';
import { useWorkspace } from './workspace.js';

const used = useWorkspace();
let member: Person;
beforeAll(async () => {
  member = await newMember(used.api, 'member');
});

const add = async (body: string, mine = false, api = used.api): Promise<Json> =>
  ok(await api.post(`${used.project}/memories`, { body, mine }), 201);
const list = async (query = '', api = used.api): Promise<Json[]> =>
  ok(await api.get(`${used.project}/memories?limit=200${query}`)).memories;
const change = (id: string, body: object, api = used.api) => api.send('PATCH', `/api/memories/${id}`, body);
const remove = (id: string, version: number, api = used.api) =>
  api.send('DELETE', `/api/memories/${id}?version=${version}`);
const history = async (id: string, query = '') =>
  ok(await used.api.get(`/api/memories/${id}/history${query}`));
const restore = (id: string, version: number, api = used.api) =>
  api.post(`/api/memories/${id}/restore`, { version });
const idsOf = (rows: Json[]) => rows.map(({ id }) => id);

describe('a memory', () => {
  test('of the project is seen and changed by everybody in it', async () => {
    const made = await add('The office closes at six.');
    expect(made).toMatchObject({ user_id: null, version: 1, sources: [], removed_at: null });
    expect(idsOf(await list('', member.api))).toContain(made.id);
    const changed = ok(await change(made.id, { body: 'At seven.', version: 1 }, member.api));
    expect(changed).toMatchObject({ body: 'At seven.', version: 2 });
    expect(ok(await used.api.get(`/api/memories/${made.id}`))).toEqual(changed);
  });

  test("of a person is nobody else's, the owner of the organisation included", async () => {
    const { id } = await add('Prefers mornings.', true, member.api);
    expect(idsOf(await list('&mine=true', member.api))).toContain(id);
    expect(idsOf(await list('&mine=false', member.api))).not.toContain(id);
    for (const query of ['', '&mine=true', '&q=mornings']) expect(idsOf(await list(query))).not.toContain(id);
    const unknown = randomUUID();
    for (const attempt of [
      (one: string) => used.api.get(`/api/memories/${one}`),
      (one: string) => used.api.get(`/api/memories/${one}/history`),
      (one: string) => change(one, { body: 'x', version: 1 }),
      (one: string) => remove(one, 1),
      (one: string) => restore(one, 1),
    ]) {
      const [foreign, missing] = [await attempt(id), await attempt(unknown)];
      expectProblem(foreign, 'not_found');
      expect(JSON.stringify(foreign.body).replaceAll(id, unknown)).toBe(JSON.stringify(missing.body));
    }
    expect(ok(await member.api.get(`/api/memories/${id}`))).toMatchObject({ version: 1 });
  });

  test('is found by words in it, whatever they hold', async () => {
    const made = await add('100% of C:\\temp is_kept; Straße');
    const found = async (q: string) => idsOf(await list(`&q=${encodeURIComponent(q)}`));
    for (const q of ['100%', 'C:\\TEMP', 'is_kept', 'straße']) expect(await found(q), q).toContain(made.id);
    for (const q of ['100_', 'isXkept', '%', '_']) {
      const expected = q.length === 1;
      expect((await found(q)).includes(made.id), q).toBe(expected);
    }
    expect(await found('nothing says this')).toEqual([]);
  });

  test('changed by two at once is changed by one', async () => {
    const { id } = await add('First');
    const answers = await Promise.all(
      ['A', 'B', 'C'].map((body) => change(id, { body, version: 1 }, member.api)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    for (const answer of answers) if (answer.status !== 200) expectProblem(answer, 'version_conflict');
    expect((await history(id)).revisions).toHaveLength(2);
  });

  test('that was removed is in no list; its history stays, and brings it back', async () => {
    const { id } = await add('One');
    ok(await change(id, { body: 'Two', version: 1 }, member.api));
    expectProblem(await remove(id, 1), 'version_conflict');
    expect((await remove(id, 2)).status).toBe(204);
    expect(idsOf(await list())).not.toContain(id);
    expectProblem(await change(id, { body: 'Three', version: 3 }), 'not_found');
    expectProblem(await remove(id, 3), 'not_found');
    const { user_id } = used.stack.tenant;
    expect((await history(id)).revisions).toMatchObject([
      { version: 3, body: 'Two', removed: true, changed_by: user_id },
      { version: 2, body: 'Two', removed: false, changed_by: member.user_id },
      { version: 1, body: 'One', removed: false, changed_by: user_id, proposal_id: null },
    ]);
    const restored = ok(await restore(id, 1));
    expect(restored).toMatchObject({ body: 'One', version: 4, removed_at: null });
    expect(idsOf(await list())).toContain(id);
    for (const none of [9, 0, 2 ** 31, 2 ** 53])
      expectProblem(await restore(id, none), 'validation_failed', 'version');
    const beyond = await used.api.get(`/api/memories/${id}/history?before=${2 ** 31}`);
    expectProblem(beyond, 'validation_failed', 'before');
  });

  test.each<[string, object, string]>([
    ['no text', { body: '' }, 'body'],
    ['too much of it', { body: 'x'.repeat(10_001) }, 'body'],
    ['a NUL character', { body: 'a\u0000' }, 'body'],
    ['half of a surrogate pair', { body: '\udfff' }, 'body'],
    ["another's name", { body: 'x', user_id: randomUUID() }, 'user_id'],
    ['sources of its own', { body: 'x', sources: [] }, 'sources'],
  ])('with %s is refused', async (_, body, field) => {
    expectProblem(await used.api.post(`${used.project}/memories`, body), 'validation_failed', field);
  });

  test('gives hostile text back as it was', async () => {
    const text = `<script>alert(1)</script> ]]> ${'{{'.repeat(20)} ${'\u202e'} '; DELETE FROM memories; --`;
    expect((await add(text)).body).toBe(text);
  });
});

test('lists and histories are read page by page', async () => {
  const project = await used.newProject();
  const path = `/api/projects/${project}/memories`;
  const made: string[] = [];
  for (const body of ['1', '2', '3']) made.unshift(ok(await used.api.post(path, { body }), 201).id);
  const first = ok(await used.api.get(`${path}?limit=2`));
  expect(idsOf(first.memories)).toEqual(made.slice(0, 2));
  const second = ok(await used.api.get(`${path}?limit=2&before=${first.next_before}`));
  expect([idsOf(second.memories), second.next_before]).toEqual([[made[2]], null]);
  const id = made[0]!;
  for (const version of [1, 2]) ok(await change(id, { body: `v${version + 1}`, version }));
  const latest = await history(id, '?limit=2');
  expect(latest).toMatchObject({ revisions: [{ version: 3 }, { version: 2 }], next_before: 2 });
  expect((await history(id, '?limit=2&before=2')).revisions).toMatchObject([{ version: 1, body: '3' }]);
});
