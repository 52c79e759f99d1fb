import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type Seeded, seed } from '../../../src/commands/seed.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import type { Answer, Caller, Json } from '../../support/caller.js';
import { withDatabase } from '../../support/database.js';
import { expectProblem } from '../../support/problems.js';
import { LONG } from '../../support/stack.js';
import { useApi } from '../../support/use-api.js';
import { newKey, newMember } from './people.js';

const used = useApi();
let theirs: Seeded & { api_key: string };
let them: Caller;

beforeAll(async () => {
  theirs = await used.stack.seed('Globex', 'owner@globex.test');
  them = used.stack.caller(used.url, theirs.api_key);
});

const pathOf = (project_id: string, user_id?: string) =>
  `/api/projects/${project_id}/members${user_id === undefined ? '' : `/${user_id}`}`;
const list = async (project_id: string, api = used.api): Promise<Json[]> => {
  const answer = await api.get(pathOf(project_id));
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.members;
};
const add = (project_id: string, user_id: string, api = used.api): Promise<Answer> =>
  api.send('PUT', pathOf(project_id, user_id));
const remove = (project_id: string, user_id: string, api = used.api): Promise<Answer> =>
  api.send('DELETE', pathOf(project_id, user_id));
const newProject = async (api = used.api): Promise<string> => {
  const made = await api.post('/api/projects', { name: randomUUID() });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.id;
};
const stored = (project_id: string) =>
  used.stack.query('SELECT user_id FROM project_members WHERE project_id = $1', [project_id]);

describe('a project', () => {
  test('has its maker as its first member, and the seeded one its owner', async () => {
    const { tenant } = used.stack;
    const owner = { user_id: tenant.user_id, email: 'owner@acme.test', role: 'owner' };
    expect(await list(tenant.project_id)).toMatchObject([owner]);
    expect(await list(await newProject())).toMatchObject([owner]);
    const admin = await newMember(used.api, 'admin');
    expect(await list(await newProject(admin.api))).toMatchObject([{ user_id: admin.user_id }]);
  });

  test('that could not be made leaves no member behind', async () => {
    const before = await used.stack.query('SELECT count(*) FROM project_members');
    expectProblem(await used.api.post('/api/projects', { name: 'Project' }), 'already_exists');
    expect(await used.stack.query('SELECT count(*) FROM project_members')).toEqual(before);
  });

  test('is visible to people of the organisation who are not members', async () => {
    const project_id = await newProject();
    const { api, user_id } = await newMember(used.api, 'viewer');
    expect((await api.get(`/api/projects/${project_id}`)).status).toBe(200);
    expect((await list(project_id, api)).map((one) => one.user_id)).not.toContain(user_id);
  });

  test('is not joined again by a removed person when it is seeded again', async () => {
    const { project_id, user_id } = await used.stack.seed('Initech', 'owner@initech.test');
    await used.stack.query('DELETE FROM project_members WHERE project_id = $1', [project_id]);
    const db = await createDataSource(used.stack.database, 1).initialize();
    const wanted = { organisation: 'Initech', project: 'Project', email: 'owner@initech.test', name: 'x' };
    expect(await seed(db, { ...wanted, new_key: false })).toMatchObject({ project_id, user_id });
    await db.destroy();
    expect(await stored(project_id)).toEqual([]);
  });
});

describe('members', () => {
  test('are added, listed in that order, and removed', async () => {
    const project_id = await newProject();
    const one = await newMember(used.api, 'viewer');
    const added = await add(project_id, one.user_id);
    expect(added).toMatchObject({
      status: 200,
      body: {
        user_id: one.user_id,
        email: one.email,
        name: 'A viewer',
        role: 'viewer',
        added_at: expect.any(String),
      },
    });
    const listed = await list(project_id);
    expect(listed.map(({ user_id }) => user_id)).toEqual([used.stack.tenant.user_id, one.user_id]);
    expect(listed[1]).toEqual(added.body);
    expect(await remove(project_id, one.user_id)).toMatchObject({ status: 204, body: '' });
    expect(await list(project_id)).toHaveLength(1);
    expectProblem(await remove(project_id, one.user_id), 'not_found');
    expect((await add(project_id, one.user_id.toUpperCase())).body.user_id).toBe(one.user_id);
  });

  test('added again, even at once, are there once and logged once', async () => {
    const project_id = await newProject();
    const { user_id } = await newMember(used.api, 'member');
    const answers = await Promise.all(Array.from({ length: 6 }, () => add(project_id, user_id)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.added_at}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect(await list(project_id)).toHaveLength(2);
    expect(await changesOf(project_id, user_id)).toHaveLength(1);
  });

  test('removed at once are removed, and logged, once', async () => {
    const project_id = await newProject();
    const { user_id } = await newMember(used.api, 'member');
    await add(project_id, user_id);
    const answers = await Promise.all(Array.from({ length: 4 }, () => remove(project_id, user_id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404, 404, 404]);
    expect(await changesOf(project_id, user_id)).toHaveLength(2);
  });

  test('leave the projects when they leave the organisation', async () => {
    const project_id = await newProject();
    const { user_id } = await newMember(used.api, 'member');
    await add(project_id, user_id);
    expect((await used.api.send('DELETE', `/api/members/${user_id}`)).status).toBe(204);
    expect(await list(project_id)).toHaveLength(1);
    expectProblem(await add(project_id, user_id), 'validation_failed', 'user_id');
  });

  test('one who is leaving the organisation just now is waited for, and not added', async () => {
    const project_id = await newProject();
    const { user_id } = await newMember(used.api, 'member');
    const answer = await withDatabase(used.stack.parts.postgres, used.stack.name, async (db) => {
      await db.query('BEGIN');
      await db.query('DELETE FROM memberships WHERE user_id = $1', [user_id]);
      const pending = add(project_id, user_id);
      await vi.waitFor(async () => {
        const waiting = await used.stack.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'`,
          [used.stack.name],
        );
        expect(waiting).toHaveLength(1);
      }, LONG);
      await db.query('COMMIT');
      return pending;
    });
    expectProblem(answer, 'validation_failed', 'user_id');
  });

  const changesOf = async (project_id: string, user_id: string): Promise<Json[]> =>
    (await used.api.get('/api/audit-log?subject=project_member&limit=200')).body.changes.filter(
      (change: Json) => change.subject_id === `${project_id}/${user_id}`,
    );

  test('are in the audit log, with who, before and after; another organisation sees nothing of it', async () => {
    const project_id = await newProject();
    const { user_id } = await newMember(used.api, 'member');
    await add(project_id, user_id);
    await remove(project_id, user_id);
    const pair = { project_id, user_id };
    const changes = await changesOf(project_id, user_id);
    expect(changes.map(({ before, after }) => [before, after])).toEqual([
      [pair, null],
      [null, pair],
    ]);
    expect(changes.every(({ changed_by }) => changed_by === used.stack.tenant.user_id)).toBe(true);
    expect(JSON.stringify((await them.get('/api/audit-log')).body)).not.toContain(project_id);
  });
});

describe('what is refused', () => {
  const hostile = [
    'run.json',
    '1',
    'null',
    "' OR 1=1 --",
    '../members',
    `${randomUUID()}0`,
    '%00',
    '🦉',
    'a'.repeat(400),
  ];

  test.each(hostile)('the id %j names nothing, in either place', async (id) => {
    const { project_id, user_id } = used.stack.tenant;
    const escaped = id === '%00' ? id : encodeURIComponent(id);
    for (const path of [pathOf(project_id, escaped), pathOf(escaped, user_id)])
      for (const method of ['PUT', 'DELETE']) expectProblem(await used.api.send(method, path), 'not_found');
    expectProblem(await used.api.get(pathOf(escaped)), 'not_found');
    expect(await list(project_id)).toHaveLength(1);
  });

  test('an unknown project, and an unknown person', async () => {
    const { project_id, user_id } = used.stack.tenant;
    expectProblem(await used.api.get(pathOf(randomUUID())), 'not_found');
    expectProblem(await add(randomUUID(), user_id), 'not_found');
    expectProblem(await remove(randomUUID(), user_id), 'not_found');
    expectProblem(await add(project_id, randomUUID()), 'validation_failed', 'user_id');
    expectProblem(await remove(project_id, randomUUID()), 'not_found');
  });

  test('a project or a person of another organisation is like one that does not exist', async () => {
    const { project_id, user_id } = used.stack.tenant;
    for (const person of [user_id, theirs.user_id]) {
      for (const act of [add, remove]) {
        const foreign = await act(theirs.project_id, person);
        const unknown = randomUUID();
        expectProblem(foreign, 'not_found');
        const missing = await act(unknown, person);
        const text = ({ body }: Answer, own: string) => JSON.stringify(body).replaceAll(own, 'ID');
        expect(text(foreign, theirs.project_id)).toBe(text(missing, unknown));
      }
    }
    expectProblem(await used.api.get(pathOf(theirs.project_id)), 'not_found');
    const [foreign, unknown] = [await add(project_id, theirs.user_id), await add(project_id, randomUUID())];
    expectProblem(foreign, 'validation_failed', 'user_id');
    expect(foreign.body).toEqual(unknown.body);
    expectProblem(await remove(project_id, theirs.user_id), 'not_found');
    expect(await list(theirs.project_id, them)).toMatchObject([{ user_id: theirs.user_id }]);
    expect(await list(project_id)).toMatchObject([{ user_id }]);
  });

  test('someone in both organisations is a member of the projects of each by itself', async () => {
    await used.api.post('/api/members', { email: 'owner@globex.test', name: 'Both', role: 'member' });
    const { project_id } = used.stack.tenant;
    expect((await add(project_id, theirs.user_id)).status).toBe(200);
    expect(await list(theirs.project_id, them)).toHaveLength(1);
    expect((await used.api.send('DELETE', `/api/members/${theirs.user_id}`)).status).toBe(204);
    expect(await list(theirs.project_id, them)).toHaveLength(1);
    expect(await list(project_id)).toHaveLength(1);
  });

  test('PostgreSQL itself keeps a member of one organisation out of the project of another', async () => {
    const { project_id } = used.stack.tenant;
    const { organisation_id, user_id } = theirs;
    await expect(
      used.stack.query(
        'INSERT INTO project_members (project_id, organisation_id, user_id) VALUES ($1, $2, $3)',
        [project_id, organisation_id, user_id],
      ),
    ).rejects.toMatchObject({ code: '23503' });
  });

  test('a reader changes nothing, and a key needs the scope', async () => {
    const { project_id } = used.stack.tenant;
    const { api, user_id } = await newMember(used.api, 'member');
    expect((await api.get(pathOf(project_id))).status).toBe(200);
    expectProblem(await add(project_id, user_id, api), 'forbidden');
    expectProblem(await remove(project_id, used.stack.tenant.user_id, api), 'forbidden');
    const narrow = await newKey(used.api, { scopes: ['members:write', 'members:read'] });
    expectProblem(await narrow.api.get(pathOf(project_id)), 'forbidden');
    expectProblem(await add(project_id, user_id, narrow.api), 'forbidden');
  });
});
