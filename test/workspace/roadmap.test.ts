import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { newMember } from '../platform/auth/people.js';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { expectProblem } from '../support/problems.js';
import { useWorkspace } from './workspace.js';

const used = useWorkspace();
let project: string;
beforeAll(async () => {
  project = `/api/projects/${await used.newProject()}`;
});

const write = (body: object) => used.api.send('PUT', `${project}/roadmap`, body);
const roadmap = async (query = ''): Promise<Json> => ok(await used.api.get(`${project}/roadmap${query}`));
const addEpic = async (change: object = {}): Promise<Json> =>
  ok(await used.api.post(`${project}/epics`, { title: 'An epic', goal: 'A goal', ...change }), 201);
const changeEpic = (id: string, body: object) => used.api.send('PATCH', `/api/epics/${id}`, body);
const drop = (id: string, version: number) => used.api.send('DELETE', `/api/epics/${id}?version=${version}`);

describe('the summary', () => {
  test('is empty, at version 0, until somebody writes it', async () => {
    expect(await roadmap()).toMatchObject({ summary: '', version: 0, updated_at: null, epics: [] });
    expectProblem(await write({ summary: 'x', version: 1 }), 'version_conflict');
    expect(await roadmap()).toMatchObject({ summary: '', version: 0 });
    const written = ok(await write({ summary: '# First', version: 0 }));
    expect(written).toMatchObject({ summary: '# First', version: 1 });
    expect(written.updated_by).toBe(used.stack.tenant.user_id);
    expectProblem(await write({ summary: 'x', version: 0 }), 'version_conflict');
  });

  test('written by several at once is written by one', async () => {
    const { version } = await roadmap();
    const answers = await Promise.all(['a', 'b', 'c'].map((summary) => write({ summary, version })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    expect((await roadmap()).version).toBe(version + 1);
  });

  test.each<[object, string]>([
    [{ summary: '', version: 0 }, 'summary'],
    [{ summary: 'a\u0000', version: 0 }, 'summary'],
    [{ summary: 'x', version: -1 }, 'version'],
    [{ summary: 'x' }, 'version'],
  ])('%j is refused', async (body, field) => {
    expectProblem(await write(body), 'validation_failed', field);
  });
});

describe('an epic', () => {
  test('is the last, unless it is given a place', async () => {
    const [first, second] = [await addEpic({ title: 'First' }), await addEpic({ title: 'Second' })];
    expect(second.position).toBeGreaterThan(first.position);
    const before = await addEpic({ title: 'Before', position: 0 });
    const titles = (await roadmap()).epics.map(({ title }: Json) => title);
    expect(titles).toEqual(['Before', 'First', 'Second']);
    ok(await changeEpic(before.id, { position: 999, version: 1 }));
    expect((await roadmap()).epics.at(-1).id).toBe(before.id);
  });

  test('is changed by its current version; fields that are left out stay', async () => {
    const epic = await addEpic({ status: 'active' });
    const changed = ok(await changeEpic(epic.id, { title: 'Renamed', version: 1 }));
    expect(changed).toMatchObject({ ...epic, title: 'Renamed', version: 2, updated_at: changed.updated_at });
    expectProblem(await changeEpic(epic.id, { goal: 'x', version: 1 }), 'version_conflict');
  });

  test('is of tickets of its project', async () => {
    const ticket = await used.ticket({ project_id: project.split('/').at(-1)! });
    const { ticket_ids, id } = await addEpic({ ticket_ids: [ticket] });
    expect(ticket_ids).toEqual([ticket]);
    for (const foreign of [randomUUID(), await used.ticket()]) {
      const body = { title: 'x', goal: 'x', ticket_ids: [ticket, foreign] };
      expectProblem(await used.api.post(`${project}/epics`, body), 'validation_failed', 'ticket_ids');
      const change = { ticket_ids: [foreign], version: 1 };
      expectProblem(await changeEpic(id, change), 'validation_failed', 'ticket_ids');
    }
  });

  test('that is dropped is kept, and may be taken up again', async () => {
    const { id } = await addEpic();
    expectProblem(await drop(id, 2), 'version_conflict');
    expect((await drop(id, 1)).status).toBe(204);
    const idsOf = async (query: string) => (await roadmap(query)).epics.map((one: Json) => one.id);
    expect(await idsOf('')).not.toContain(id);
    expect(await idsOf('?dropped=true')).toContain(id);
    expect(ok(await changeEpic(id, { status: 'planned', version: 2 })).version).toBe(3);
    expect(await idsOf('')).toContain(id);
  });

  test('is read by a viewer, page by page', async () => {
    const { api } = await newMember(used.api, 'viewer');
    for (let more = 0; more < 3; more += 1) await addEpic({ position: 5 });
    const all = (await roadmap()).epics.map((one: Json) => one.id);
    const read: string[] = [];
    for (let after = ''; ; ) {
      const page = ok(await api.get(`${project}/roadmap?limit=2${after}`));
      read.push(...page.epics.map((one: Json) => one.id));
      if (!page.next_after) break;
      after = `&after=${page.next_after}`;
    }
    expect(read).toEqual(all);
    expectProblem(await api.post(`${project}/epics`, { title: 'x', goal: 'x' }), 'forbidden');
  });

  test.each<[object, string]>([
    [{ title: ' ' }, 'title'],
    [{ goal: '' }, 'goal'],
    [{ goal: '\ud800' }, 'goal'],
    [{ status: 'paused' }, 'status'],
    [{ position: -1 }, 'position'],
    [{ position: 2 ** 31 }, 'position'],
    [{ ticket_ids: ['TCK-1'] }, 'ticket_ids.0'],
  ])('of %j is refused', async (change, field) => {
    const body = { title: 'An epic', goal: 'A goal', ...change };
    expectProblem(await used.api.post(`${project}/epics`, body), 'validation_failed', field);
  });
});
