import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { Caller, Json } from '../../support/caller.js';
import { withDatabase } from '../../support/database.js';
import { expectProblem } from '../../support/problems.js';
import { LONG } from '../../support/stack.js';
import { useApi } from '../../support/use-api.js';
import { newKey, newMember } from './people.js';

const used = useApi();
const patch = (api: Caller, path: string, body: object) => api.send('PATCH', path, body);
const remove = (api: Caller, path: string) => api.send('DELETE', path);

describe('members', () => {
  const list = async (): Promise<Json[]> => (await used.api.get('/api/members')).body.members;
  const owners = async () => (await list()).filter(({ role }) => role === 'owner').length;
  const person = (more: object = {}) => ({
    email: `${randomUUID()}@acme.test`,
    name: 'Jo 🦉',
    role: 'viewer',
    ...more,
  });

  test('are added, listed, changed and removed', async () => {
    const wanted = person();
    const added = await used.api.post('/api/members', wanted);
    expect(added.status).toBe(201);
    const { invitation, ...member } = added.body;
    expect(invitation).toMatchObject({ claim: expect.stringMatching(/^nsc_/) });
    expect(member).toEqual({
      ...wanted,
      user_id: expect.any(String),
      created_at: expect.any(String),
    });
    expect(await list()).toContainEqual(member);
    const path = `/api/members/${member.user_id}`;
    const changed = await patch(used.api, path, { role: 'admin' });
    expect(changed.body).toEqual({ ...member, role: 'admin' });
    expect((await remove(used.api, path)).status).toBe(204);
    expect(await list()).not.toContainEqual(changed.body);
    expectProblem(await remove(used.api, path), 'not_found');
    expectProblem(await patch(used.api, path, { role: 'admin' }), 'not_found');
    const back = await used.api.post('/api/members', { ...wanted, email: wanted.email.toUpperCase() });
    expect(back.body.user_id).toBe(added.body.user_id);
  });

  test('are there once, however the address is written', async () => {
    const wanted = person();
    const twice = await Promise.all([
      used.api.post('/api/members', wanted),
      used.api.post('/api/members', { ...wanted, email: wanted.email.toUpperCase() }),
    ]);
    expect(twice.map(({ status }) => status).sort()).toEqual([201, 409]);
    expectProblem(await used.api.post('/api/members', wanted), 'already_exists');
  });

  test('two organisations may add a new person at the same moment', async () => {
    const other = await used.stack.seed('Globex', 'owner@globex.test');
    const them = used.stack.caller(used.url, other.api_key);
    const wanted = person();
    const answers = await withDatabase(used.stack.parts.postgres, used.stack.name, async (db) => {
      await db.query('BEGIN');
      await db.query(`INSERT INTO users (id, email) VALUES ($1, $2)`, [randomUUID(), wanted.email]);
      const pending = Promise.all([used.api, them].map((api) => api.post('/api/members', wanted)));
      await vi.waitFor(async () => {
        const waiting = await used.stack.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'`,
          [used.stack.name],
        );
        expect(waiting).toHaveLength(2);
      }, LONG);
      await db.query('COMMIT');
      return pending;
    });
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[0]?.body.user_id).toBe(answers[1]?.body.user_id);
  });

  test.each<[string, object, string]>([
    ['an address that is none', person({ email: 'jo' }), 'email'],
    ['an address with a NUL', person({ email: 'jo\u0000@acme.test' }), 'email'],
    ['an unknown role', person({ role: 'root' }), 'role'],
    ['no name', person({ name: '' }), 'name'],
    ['half a surrogate pair in the name', person({ name: 'x\ud800' }), 'name'],
    ['an unknown field', person({ organisation_id: randomUUID() }), 'organisation_id'],
  ])('with %s are refused', async (_, body, field) => {
    const before = await list();
    expectProblem(await used.api.post('/api/members', body), 'validation_failed', field);
    expect(await list()).toEqual(before);
  });

  test('only an owner decides on owners', async () => {
    const admin = await newMember(used.api, 'admin');
    const viewer = await newMember(used.api, 'viewer');
    const { user_id } = used.stack.tenant;
    expectProblem(await admin.api.post('/api/members', person({ role: 'owner' })), 'forbidden');
    expectProblem(await patch(admin.api, `/api/members/${viewer.user_id}`, { role: 'owner' }), 'forbidden');
    expectProblem(await patch(admin.api, `/api/members/${admin.user_id}`, { role: 'owner' }), 'forbidden');
    expectProblem(await patch(admin.api, `/api/members/${user_id}`, { role: 'viewer' }), 'forbidden');
    expectProblem(await remove(admin.api, `/api/members/${user_id}`), 'forbidden');
    expect((await patch(admin.api, `/api/members/${viewer.user_id}`, { role: 'admin' })).status).toBe(200);
    expect(await owners()).toBe(1);
  });

  test('the last owner is neither removed nor demoted', async () => {
    const { user_id } = used.stack.tenant;
    expectProblem(await remove(used.api, `/api/members/${user_id}`), 'last_owner');
    expectProblem(await patch(used.api, `/api/members/${user_id}`, { role: 'admin' }), 'last_owner');
    expect((await patch(used.api, `/api/members/${user_id}`, { role: 'owner' })).status).toBe(200);
    expect(await owners()).toBe(1);
  });

  test('an organisation keeps an owner also when the last two go at once', async () => {
    const { user_id } = used.stack.tenant;
    for (let round = 0; round < 8; round += 1) {
      const second = await newMember(used.api, 'owner');
      const [mine, theirs] = [`/api/members/${user_id}`, `/api/members/${second.user_id}`];
      const ways = [
        () => [patch(used.api, mine, { role: 'admin' }), patch(second.api, theirs, { role: 'admin' })],
        () => [patch(used.api, theirs, { role: 'member' }), patch(second.api, mine, { role: 'member' })],
        () => [remove(used.api, theirs), patch(used.api, mine, { role: 'viewer' })],
      ];
      const answers = await Promise.all(ways[round % ways.length]?.() ?? []);
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status < 300)).toHaveLength(1);
      expect(statuses.every((status) => [200, 204, 401, 403, 409].includes(status))).toBe(true);
      const left = await used.stack.query<{ owners: number }>(
        `SELECT count(*)::int AS owners FROM memberships WHERE organisation_id = $1 AND role = 'owner'`,
        [used.stack.tenant.organisation_id],
      );
      expect(left[0]?.owners).toBe(1);
      await used.stack.query(
        `UPDATE memberships SET role = CASE WHEN user_id = $2 THEN 'owner' ELSE 'viewer' END
          WHERE organisation_id = $1 AND (user_id = $2 OR role = 'owner')`,
        [used.stack.tenant.organisation_id, user_id],
      );
    }
  });
});

describe('projects', () => {
  const make = (body: object) => used.api.post('/api/projects', body);

  test('are made, read, renamed, archived and taken up again', async () => {
    const made = await make({ name: '  Apollo 🚀  ', time_zone: 'Asia/Makassar' });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ name: 'Apollo 🚀', time_zone: 'Asia/Makassar', archived_at: null });
    const path = `/api/projects/${made.body.id}`;
    expect((await used.api.get(path)).body).toEqual(made.body);
    const renamed = await patch(used.api, path, { name: 'Gemini', time_zone: 'UTC' });
    expect(renamed.body).toEqual({ ...made.body, name: 'Gemini', time_zone: 'UTC' });
    const archived = await patch(used.api, path, { archived: true });
    expect(archived.body).toEqual({ ...renamed.body, archived_at: expect.any(String) });
    expect((await patch(used.api, path, { archived: true })).body).toEqual(archived.body);
    expect((await patch(used.api, path, {})).body).toEqual(archived.body);
    expect((await patch(used.api, path, { archived: false })).body).toEqual(renamed.body);
    expect((await used.api.get('/api/projects')).body.projects).toContainEqual(renamed.body);
  });

  test('have names of their own, also when made at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => make({ name: 'Mercury' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    expectProblem(await make({ name: ' Mercury ' }), 'already_exists');
    const other = (await make({ name: 'Vostok' })).body;
    expectProblem(await patch(used.api, `/api/projects/${other.id}`, { name: 'Mercury' }), 'already_exists');
    expect((await used.api.get(`/api/projects/${other.id}`)).body).toEqual(other);
  });

  test.each(['UTC', 'Europe/Berlin', 'Asia/Makassar', 'America/Argentina/Buenos_Aires'])(
    'may be in the time zone %s',
    async (time_zone) => {
      expect((await make({ name: `in ${time_zone}`, time_zone })).body).toMatchObject({ time_zone });
    },
  );

  test.each<[string, unknown]>([
    ['an offset', '+05:30'],
    ['a place off Earth', 'Mars/Olympus'],
    ['nothing', ''],
    ['a zone with a NUL', 'Europe/Berlin\u0000'],
    ['a path', '../../etc/passwd'],
    ['a number', 5],
    ['null', null],
  ])('may not be in %s', async (_, time_zone) => {
    const { id } = (await make({ name: randomUUID() })).body;
    const made = await make({ name: randomUUID(), time_zone });
    expectProblem(made, 'validation_failed', 'time_zone');
    const changed = await patch(used.api, `/api/projects/${id}`, { time_zone });
    expectProblem(changed, 'validation_failed', 'time_zone');
  });

  test.each<[string, unknown]>([
    ['empty', ''],
    ['blank', ' \t\n'],
    ['longer than 200', 'x'.repeat(201)],
    ['a list', ['x']],
    ['with a NUL', 'a\u0000b'],
    ['half a surrogate pair', '\ude00'],
  ])('may not have a name that is %s', async (_, name) => {
    expectProblem(await make({ name }), 'validation_failed', 'name');
  });
});

describe('the organisation', () => {
  test('is renamed by its owner', async () => {
    const renamed = await patch(used.api, '/api/organisation', { name: 'Acme & Söhne' });
    expect(renamed.body).toMatchObject({ id: used.stack.tenant.organisation_id, name: 'Acme & Söhne' });
    expect((await used.api.get('/api/me')).body.organisation).toEqual(renamed.body);
    expect((await used.api.get('/api/organisation')).body).toEqual(renamed.body);
    expectProblem(await patch(used.api, '/api/organisation', { slug: 'x' }), 'validation_failed', 'slug');
  });

  test('a key shows its person', async () => {
    const { api } = await newKey(used.api, { scopes: ['organisation:read'] });
    expect((await api.get('/api/me')).body).toMatchObject({
      user: { id: used.stack.tenant.user_id, email: 'owner@acme.test' },
      role: 'owner',
      permissions: ['organisation:read'],
    });
  });
});
