import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { Caller, type Json } from '../../support/caller.js';
import { expectProblem } from '../../support/problems.js';
import { useApi } from '../../support/use-api.js';
import { newKey, newMember } from './people.js';

const used = useApi();
let db: ReturnType<typeof createDataSource>;
beforeAll(async () => {
  db = await createDataSource(used.stack.database, 2).initialize();
});
afterAll(() => db.destroy());

const person = (role: string) => ({ email: `${randomUUID()}@acme.test`, name: 'New', role });
const logged = async (subject: string, id: string): Promise<Json[]> =>
  (await used.api.get(`/api/audit-log?subject=${subject}&limit=200`)).body.changes.filter(
    ({ subject_id }: Json) => subject_id === id,
  );

describe('a key that is limited to scopes', () => {
  const scopes = ['members:write', 'members:read', 'api_keys:read'];

  test('adds nobody in a role that may do more', async () => {
    const { api } = await newKey(used.api, { scopes });
    for (const role of ['owner', 'admin', 'member', 'viewer']) {
      const wanted = person(role);
      const refused = await api.post('/api/members', wanted);
      expectProblem(refused, 'forbidden');
      expect(refused.body.detail).toContain('runs:read');
      expect(await db.query(`SELECT 1 FROM users WHERE email = $1`, [wanted.email])).toEqual([]);
    }
  });

  test('gives nobody a role that may do more, and renews no invitation of such a person', async () => {
    const { api } = await newKey(used.api, { scopes });
    const { user_id } = (await used.api.post('/api/members', person('viewer'))).body;
    for (const role of ['owner', 'admin', 'member'])
      expectProblem(await api.send('PATCH', `/api/members/${user_id}`, { role }), 'forbidden');
    expectProblem(await api.post(`/api/members/${user_id}/invitations`), 'forbidden');
    expectProblem(await api.post('/api/service-keys', { name: 'CI', role: 'viewer' }), 'forbidden');
    const { members } = (await used.api.get('/api/members')).body;
    expect(members.find((one: Json) => one.user_id === user_id).role).toBe('viewer');
  });

  test('that holds what a role may do gives that role, and none above', async () => {
    const viewer = await newMember(used.api, 'viewer');
    const held: string[] = (await viewer.api.get('/api/me')).body.permissions;
    const { api } = await newKey(used.api, { scopes: [...held, 'members:write'] });
    const added = await api.post('/api/members', person('viewer'));
    expect(added.status, JSON.stringify(added.body)).toBe(201);
    expect((await api.post(`/api/members/${added.body.user_id}/invitations`)).status).toBe(201);
    const refused = await api.post('/api/members', person('member'));
    expectProblem(refused, 'forbidden');
    expect(refused.body.detail).toMatch(/lacks: runs:write, workspace:write\./);
  });
});

describe('a key that expires', () => {
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  const later = new Date(Date.now() + 7_200_000).toISOString();

  test.each(['/api/api-keys', '/api/service-keys'])('makes none by %s that outlives it', async (path) => {
    const { api } = await newKey(used.api, { expires_at: soon });
    const make = (more: object) => api.post(path, { name: 'next', ...more });
    expect((await make({})).body).toMatchObject({ expires_at: soon });
    expect((await make({ expires_at: soon })).body).toMatchObject({ expires_at: soon });
    expectProblem(await make({ expires_at: later }), 'validation_failed', 'expires_at');
    expect((await used.api.post(path, { name: 'for good' })).body.expires_at).toBeNull();
  });
});

test('a key that a borrowed key made is borrowed, also after its person decides for the server', async () => {
  const owner = await newMember(used.api, 'owner');
  const stranger = randomUUID();
  await db.query(`UPDATE api_keys SET created_by = $2 WHERE id = $1`, [owner.key_id, stranger]);
  const made = await owner.api.post('/api/api-keys', { name: 'second' });
  expect(made.body).toMatchObject({ user_id: owner.user_id, created_by: stranger });
  const path = `/api/members/${owner.user_id}/server-administration`;
  expect((await used.api.send('PUT', path, { server_admin: true })).status).toBe(204);
  expectProblem(await new Caller(used.url, made.body.api_key).get('/api/settings'), 'forbidden');
});

describe('the audit log', () => {
  test('holds the rename of an organisation by its owner', async () => {
    const { organisation_id, user_id } = used.stack.tenant;
    const { name } = (await used.api.get('/api/me')).body.organisation;
    const wanted = `Renamed ${randomUUID()}`;
    expect((await used.api.send('PATCH', '/api/organisation', { name: wanted })).status).toBe(200);
    const [change] = await logged('organisation', organisation_id);
    expect(change).toMatchObject({ changed_by: user_id, before: { name }, after: { name: wanted } });
  });

  test('holds each change of a project, and none where nothing changed', async () => {
    const made = (await used.api.post('/api/projects', { name: 'Apollo' })).body;
    const patch = (body: object) => used.api.send('PATCH', `/api/projects/${made.id}`, body);
    for (const body of [{ name: 'Gemini' }, { name: 'Gemini' }, {}, { archived: true }, { archived: true }])
      expect((await patch(body)).status).toBe(200);
    const changes = (await logged('project', made.id)).reverse();
    expect(changes).toMatchObject([
      { before: null, after: { name: 'Apollo' } },
      { before: { name: 'Apollo', archived_at: null }, after: { name: 'Gemini', archived_at: null } },
      { before: { archived_at: null }, after: { archived_at: expect.any(String) } },
    ]);
    expect(changes).toHaveLength(3);
  });

  test('holds each key that a recovery on the host ends', async () => {
    const { recover } = await import('../../../src/platform/auth/recover.js');
    const { user_id, key_id, api } = await newMember(used.api, 'member');
    const second = await newKey(api);
    const { organisation_id } = used.stack.tenant;
    const { id } = await db.transaction((tx) => recover(tx, { organisation_id, user_id }));
    for (const ended of [key_id, second.id])
      expect((await logged('api_key', ended))[0]).toMatchObject({
        changed_by: null,
        before: { revoked_at: null },
        after: { user_id, revoked_at: expect.any(String), recovered_on_host: true },
      });
    expect(await logged('api_key', id)).toMatchObject([{ before: null, after: { user_id } }]);
    expectProblem(await api.get('/api/me'), 'unauthenticated');
  });
});
