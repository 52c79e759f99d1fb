import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { docRevisionSchema, docSchema, docsSchema, linksSchema } from '../../src/workspace/docs/doc.dto.js';
import { findMentions } from '../../src/workspace/docs/mentions.js';
import { newKey, newMember } from '../platform/auth/people.js';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { expectProblem } from '../support/problems.js';
import { docOf, everyPage, HOSTILE, newDoc, newProject, newTicket, UNSTORABLE } from './new-items.js';
import { useTwoTenants } from './two-tenants.js';

const MEGABYTE = 1_048_576;
const used = useTwoTenants();

const patch = (id: string, body: object, api = used.api) => api.send('PATCH', `/api/docs/${id}`, body);
const linksOf = async (id: string): Promise<Json> => {
  const links = ok(await used.api.get(`/api/docs/${id}/links`));
  expect(linksSchema.parse(links)).toEqual(links);
  return links;
};

describe('a doc', () => {
  test('is written, read, changed and keeps what it said', async () => {
    const doc = await newDoc(used.api, used.project, { title: ' Plan ', body: '# Plan\n\nShip it.\n' });
    expect(docSchema.parse(doc)).toEqual(doc);
    const { user_id } = used.stack.tenant;
    expect(doc).toMatchObject({
      title: 'Plan',
      body: '# Plan\n\nShip it.\n',
      revision: 1,
      created_by: user_id,
    });
    expect(ok(await used.api.get(`/api/docs/${doc.id}`))).toEqual(doc);

    const changed = ok(await patch(doc.id, { body: 'Shipped.', revision: 1 }));
    expect(changed).toMatchObject({
      title: 'Plan',
      body: 'Shipped.',
      revision: 2,
      created_at: doc.created_at,
    });
    const renamed = ok(await patch(doc.id, { title: 'Done', revision: 2 }));
    expect(renamed).toMatchObject({ title: 'Done', body: 'Shipped.', revision: 3 });

    const list = ok(await used.api.get(`/api/docs/${doc.id}/revisions`));
    expect(list.revisions.map((one: Json) => [one.revision, one.title])).toEqual([
      [3, 'Done'],
      [2, 'Plan'],
      [1, 'Plan'],
    ]);
    const page = ok(await used.api.get(`/api/docs/${doc.id}/revisions?limit=1&before=3`));
    expect(page).toMatchObject({ revisions: [{ revision: 2 }], next_before: 2 });
    const first = ok(await used.api.get(`/api/docs/${doc.id}/revisions/1`));
    expect(docRevisionSchema.parse(first)).toEqual(first);
    expect(first).toMatchObject({ body: doc.body, changed_by: user_id, run_id: null });
    for (const number of ['4', '0', '-1', 'x', '99999999999'])
      expectProblem(await used.api.get(`/api/docs/${doc.id}/revisions/${number}`), 'not_found');
  });

  test('that is saved as it is makes no revision', async () => {
    const doc = await newDoc(used.api, used.project, { body: 'same' });
    const nothing = { agent_runs: [], skipped_agents: [] };
    expect(ok(await patch(doc.id, { revision: 1 }))).toEqual({ ...doc, ...nothing });
    const same = { title: doc.title, body: 'same', revision: 1 };
    expect(ok(await patch(doc.id, same))).toEqual({ ...doc, ...nothing });
  });

  test('may be empty, but for its title', async () => {
    expect((await newDoc(used.api, used.project)).body).toBe('');
  });

  test('of several changes at once, one wins and the others get 412', async () => {
    const doc = await newDoc(used.api, used.project);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => patch(doc.id, { body: `by ${index}`, revision: 1 })),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    for (const answer of answers.filter((one) => one !== won[0])) {
      expectProblem(answer, 'version_conflict');
      expect(answer.body.detail).toContain('revision 2');
    }
    expect(ok(await used.api.get(`/api/docs/${doc.id}`))).toEqual(docOf(won[0]?.body));
    expectProblem(await patch(doc.id, { body: 'x', revision: 7 }), 'version_conflict');
  });

  test('is archived and restored, however often', async () => {
    const in_project = await newProject(used.api);
    const doc = await newDoc(used.api, in_project);
    const listed = async (query = '') =>
      ok(await used.api.get(`/api/projects/${in_project}/docs${query}`)).docs.map(({ id }: Json) => id);
    const act = async (what: string) => {
      const { agent_runs, skipped_agents, ...saved } = ok(await used.api.post(`/api/docs/${doc.id}/${what}`));
      expect(skipped_agents).toEqual([]);
      return { saved, runs: agent_runs.length };
    };
    const archived = await act('archive');
    expect(archived).toMatchObject({ saved: { revision: 1, archived_at: expect.any(String) }, runs: 1 });
    expect(await act('archive')).toEqual({ ...archived, runs: 0 });
    expect(await listed()).toEqual([]);
    expect(await listed('?archived=true')).toEqual([doc.id]);
    expect(await act('restore')).toEqual({ saved: doc, runs: 1 });
    expect(await act('restore')).toEqual({ saved: doc, runs: 0 });
    expect(await listed('?archived=false')).toEqual([doc.id]);
  });

  test('is listed with the newest first, page by page, without its text', async () => {
    const in_project = await newProject(used.api);
    const made: string[] = [];
    for (let index = 0; index < 7; index += 1) made.unshift((await newDoc(used.api, in_project)).id);
    const path = `/api/projects/${in_project}/docs`;
    for (const limit of [1, 3, 7, 200]) {
      const docs = await everyPage(used.api, path, 'docs', limit);
      expect(docs.map(({ id }) => id)).toEqual(made);
    }
    const page = ok(await used.api.get(path));
    expect(docsSchema.parse(page)).toEqual(page);
    expect(page.docs[0]).not.toHaveProperty('body');
    for (const query of ['limit=0', 'limit=201', 'before=1', 'archived=perhaps', 'status=open'])
      expectProblem(await used.api.get(`${path}?${query}`), 'validation_failed', query.split('=')[0]);
  });
});

describe('any text', () => {
  test.each(HOSTILE)('%s comes back as it was sent', async (_, text) => {
    const { id } = await newDoc(used.api, used.project, { title: text, body: `${text}\n` });
    expect(ok(await used.api.get(`/api/docs/${id}`))).toMatchObject({ title: text, body: `${text}\n` });
    expect(ok(await patch(id, { body: text + text, revision: 1 }))).toMatchObject({ body: text + text });
    await linksOf(id);
  });

  test.each(UNSTORABLE)('with %s is refused, and nothing is written', async (_, text) => {
    const doc = await newDoc(used.api, used.project);
    const path = `/api/projects/${used.project}/docs`;
    expectProblem(await used.api.post(path, { title: text }), 'validation_failed', 'title');
    expectProblem(await used.api.post(path, { title: 'x', body: text }), 'validation_failed', 'body');
    expectProblem(await patch(doc.id, { body: text, revision: 1 }), 'validation_failed', 'body');
    expect(ok(await used.api.get(`/api/docs/${doc.id}`))).toEqual(doc);
  });

  test('of 1 MB is taken, also where every character is escaped on its way', async () => {
    for (const body of ['a'.repeat(MEGABYTE), '"\n'.repeat(MEGABYTE / 2), '🦉'.repeat(MEGABYTE / 4)]) {
      const { id } = await newDoc(used.api, used.project, { body });
      expect(ok(await used.api.get(`/api/docs/${id}`)).body === body).toBe(true);
    }
  });

  test('of more than 1 MB is refused by its name, and much more unread', async () => {
    const path = `/api/projects/${used.project}/docs`;
    for (const body of ['a'.repeat(MEGABYTE + 1), 'é'.repeat(MEGABYTE / 2 + 1)])
      expectProblem(await used.api.post(path, { title: 'x', body }), 'validation_failed', 'body');
    expectProblem(await used.api.post(path, { title: 'x', body: 'a'.repeat(2_400_000) }), 'body_too_large');
    const other = { name: 'a'.repeat(300_000) };
    expectProblem(await used.api.post('/api/projects', other), 'body_too_large');
  });

  test('that names a million things is searched in no time', () => {
    const shapes = ['[[', '[[a]]', '@a@b.c', '@a', 'TCK-1 ', '/api/docs/', '](', '[[[a', '@a@b.'];
    for (const shape of shapes) {
      const text = shape.repeat(MEGABYTE / shape.length);
      const before = performance.now();
      findMentions(text);
      expect(performance.now() - before, shape).toBeLessThan(3000);
    }
  });

  test.each<[string, object, string]>([
    ['no title', { body: 'x' }, 'title'],
    ['an empty title', { title: '  ' }, 'title'],
    ['a title of 301 characters', { title: 'a'.repeat(301) }, 'title'],
    ['a body that is no text', { title: 'x', body: 1 }, 'body'],
    ['a body that is null', { title: 'x', body: null }, 'body'],
    ['an unknown field', { title: 'x', revision: 1 }, 'revision'],
  ])('of a doc with %s is refused', async (_, body, field) => {
    expectProblem(
      await used.api.post(`/api/projects/${used.project}/docs`, body),
      'validation_failed',
      field,
    );
  });

  test.each<[string, object, string]>([
    ['without a revision', { title: 'x' }, 'revision'],
    ['with a revision that is none', { title: 'x', revision: '1' }, 'revision'],
    ['with an empty title', { title: '', revision: 1 }, 'title'],
    ['with an unknown field', { revision: 1, archived_at: null }, 'archived_at'],
  ])('a change %s is refused', async (_, body, field) => {
    const { id } = await newDoc(used.api, used.project);
    expectProblem(await patch(id, body), 'validation_failed', field);
  });
});

describe('links', () => {
  test('are the tickets, docs and people that the text names, and are replaced when it is saved', async () => {
    const ticket = await newTicket(used.api, used.project, { title: 'Printer' });
    const [named, addressed] = [
      await newDoc(used.api, used.project, { title: 'Ångström guide' }),
      await newDoc(used.api, used.project, { title: 'Addressed' }),
    ];
    const person = await newMember(used.api, 'member');
    const body = [
      `See ${ticket.key}, (${ticket.key}) and TCK-999999.`,
      `Read [[ångström GUIDE|the guide]], [it](https://x.test/api/docs/${addressed.id.toUpperCase()}#top).`,
      `Ask @${person.email.toUpperCase()}, or @nobody@acme.test.`,
    ].join('\n');
    const { id } = await newDoc(used.api, used.project, { title: 'Index', body });
    const { to, from } = await linksOf(id);
    expect(from).toEqual([]);
    expect(to).toEqual([
      { type: 'doc', id: addressed.id, key: null, title: 'Addressed' },
      { type: 'doc', id: named.id, key: null, title: 'Ångström guide' },
      { type: 'ticket', id: ticket.id, key: ticket.key, title: 'Printer' },
      { type: 'user', id: person.user_id, key: null, title: 'A member' },
    ]);
    expect((await linksOf(named.id)).from).toEqual([{ type: 'doc', id, key: null, title: 'Index' }]);

    ok(await patch(id, { body: `Only ${ticket.key} now.`, revision: 1 }));
    expect((await linksOf(id)).to).toMatchObject([{ id: ticket.id }]);
    expect((await linksOf(named.id)).from).toEqual([]);
    ok(await patch(id, { body: '', revision: 2 }));
    expect((await linksOf(id)).to).toEqual([]);
  });

  test('to what came later are found when the text is saved again', async () => {
    const title = randomUUID();
    const { id } = await newDoc(used.api, used.project, { body: `[[${title}]]` });
    const later = await newDoc(used.api, used.project, { title });
    expect((await linksOf(id)).to).toEqual([]);
    expect(ok(await patch(id, { revision: 1 }))).toMatchObject({ revision: 1 });
    expect((await linksOf(id)).to).toMatchObject([{ id: later.id }]);
  });

  test('lead to nothing of another project or organisation, nor to the doc itself', async () => {
    const elsewhere = await newProject(used.api);
    const other = await newDoc(used.api, elsewhere, { title: 'Elsewhere' });
    const ticket = await newTicket(used.api, elsewhere);
    const foreign = await newDoc(used.other, used.theirs.project_id, { title: 'Foreign' });
    await newTicket(used.other, used.theirs.project_id);
    const body = `[[Elsewhere]] [[Foreign]] [[Mine]] ${ticket.key} /api/docs/${other.id} /api/docs/${foreign.id} @owner@globex.test`;
    const { id } = await newDoc(used.api, used.project, { title: 'Mine', body });
    ok(await patch(id, { body: `${body} /api/docs/${id}`, revision: 1 }));
    expect(await linksOf(id)).toEqual({ to: [], from: [] });
  });

  test('of docs with the same title lead to the first that is not archived', async () => {
    const title = randomUUID();
    const [archived, first] = [
      await newDoc(used.api, used.project, { title }),
      await newDoc(used.api, used.project, { title }),
      await newDoc(used.api, used.project, { title }),
    ];
    ok(await used.api.post(`/api/docs/${archived?.id}/archive`));
    const { id } = await newDoc(used.api, used.project, { body: `[[${title}]]` });
    expect((await linksOf(id)).to).toMatchObject([{ id: first?.id }]);
  });

  test.each([
    ['TCK-0', 'TCK-01', 'xTCK-1', 'TCK-1x', 'tck-1', 'TCK-1-2', 'TCK-'],
    ['[[]]', '[[ ]]', '[x]', '[[a\nb]]', '@', '@a', '@a@b', 'a@b.c', '/api/docs/1'],
  ])('are no %s, %s, %s …', (...texts) => {
    expect(findMentions(texts.join(' '))).toEqual({
      ticket_numbers: [],
      titles: [],
      doc_ids: [],
      emails: [],
    });
  });
});

describe('who may', () => {
  test('a viewer reads, and a key needs the scope', async () => {
    const doc = await newDoc(used.api, used.project);
    const viewer = (await newMember(used.api, 'viewer')).api;
    expect(ok(await viewer.get(`/api/docs/${doc.id}`))).toEqual(doc);
    expectProblem(await viewer.post(`/api/projects/${used.project}/docs`, { title: 'x' }), 'forbidden');
    expectProblem(await patch(doc.id, { revision: 1 }, viewer), 'forbidden');
    expectProblem(await viewer.post(`/api/docs/${doc.id}/archive`), 'forbidden');
    const narrow = await newKey(used.api, { scopes: ['projects:write', 'runs:write'] });
    expectProblem(await narrow.api.get(`/api/docs/${doc.id}`), 'forbidden');
    const member = (await newMember(used.api, 'member')).api;
    expect(ok(await patch(doc.id, { body: 'x', revision: 1 }, member))).toMatchObject({ revision: 2 });
  });

  test('a doc or a project of another organisation is like one that does not exist', async () => {
    const foreign = await newDoc(used.other, used.theirs.project_id);
    for (const id of [foreign.id, randomUUID()]) {
      expectProblem(await used.api.get(`/api/docs/${id}`), 'not_found');
      expectProblem(await patch(id, { body: 'stolen', revision: 1 }), 'not_found');
      expectProblem(await used.api.post(`/api/docs/${id}/archive`), 'not_found');
    }
    for (const id of [used.theirs.project_id, randomUUID()]) {
      expectProblem(await used.api.get(`/api/projects/${id}/docs`), 'not_found');
      expectProblem(await used.api.post(`/api/projects/${id}/docs`, { title: 'x' }), 'not_found');
    }
    expect(ok(await used.other.get(`/api/docs/${foreign.id}`))).toEqual(foreign);
  });

  test('the page about the API stays where it was, beside the docs', async () => {
    const page = await used.api.get('/api/docs');
    expect(page.headers.get('content-type')).toContain('text/html');
    expectProblem(await used.api.get('/api/docs/swagger-ui.css'), 'not_found');
  });
});
