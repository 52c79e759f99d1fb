import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { PERMISSIONS, ROLES, type Role } from '../../../src/platform/auth/roles.js';
import { isOpen, type Operation, operations, takesAnyKey, withId } from '../../api/operations.js';
import { Caller, type Json } from '../../support/caller.js';
import { expectProblem } from '../../support/problems.js';
import { useStack } from '../../support/stack.js';
import { newKey, newMember } from './people.js';

const used = useStack({ LOG_LEVEL: 'trace' });
let closed: Operation[];
let permitted: Operation[];
let routes: Operation[];

beforeAll(async () => {
  routes = await operations(used.api);
  closed = routes.filter((route) => !isOpen(route));
  permitted = closed.filter((route) => !takesAnyKey(route));
});

/** The status alone: nothing of a long answer is read. The id names nothing, and the body is empty. */
async function statusOf(api: Caller, route: Operation): Promise<number> {
  const bare = route.method === 'GET' || route.method === 'DELETE';
  const response = await fetch(`${api.url}${withId(route, randomUUID())}`, {
    method: route.method,
    headers: {
      authorization: `Bearer ${api.key}`,
      ...(bare ? {} : { 'content-type': 'application/json' }),
    },
    ...(bare ? {} : { body: '{}' }),
  });
  await response.body?.cancel();
  return response.status;
}

const title = ({ method, path }: Operation) => `${method} ${path}`;

describe('credentials', () => {
  test('every route except health and claims needs a key, and says how to send it', async () => {
    expect(closed.length).toBeGreaterThan(20);
    const nobody = new Caller(used.url, '');
    for (const route of closed) {
      const answer = await nobody.send(route.method, withId(route, randomUUID()));
      expect(answer.status, title(route)).toBe(401);
      expectProblem(answer, 'unauthenticated');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  test('health needs no key', async () => {
    const nobody = new Caller(used.url, '');
    const open = routes.filter(isOpen).map(({ path }) => path);
    expect(open.sort()).toEqual(['/api/claims', '/api/health/live', '/api/health/ready']);
    for (const path of open.slice(1)) expect([200, 503], path).toContain((await nobody.get(path)).status);
  });

  test.each([
    ['another key', () => `Bearer nsk_00000000_${'A'.repeat(43)}`],
    ['the prefix alone', () => `Bearer ${used.api.key.slice(0, 12)}`],
    ['a key and more', () => `Bearer ${used.api.key}x`],
    ['two keys', () => `Bearer ${used.api.key} ${used.api.key}`],
    ['no scheme', () => used.api.key],
    ['another scheme', () => `Basic ${Buffer.from(`x:${used.api.key}`).toString('base64')}`],
    ['an empty key', () => 'Bearer '],
    ['a key of 10,000 characters', () => `Bearer ${'a'.repeat(10_000)}`],
    ['a piece of SQL', () => `Bearer ' OR 1=1 --`],
  ])('%s is no valid key', async (_, authorization) => {
    const answer = await new Caller(used.url, '').get('/api/me', { authorization: authorization() });
    expectProblem(answer, 'unauthenticated');
  });

  test('a key in the address is no credential', async () => {
    const nobody = new Caller(used.url, '');
    for (const name of ['api_key', 'access_token', 'authorization'])
      expectProblem(await nobody.get(`/api/me?${name}=${used.api.key}`), 'unauthenticated');
  });
});

/** Temporal's remote codec protocol posts what it wants to read. */
const READS_BY_POST = ['/api/temporal/codec/decode'];

describe('permissions', () => {
  /** The permissions that each role lacks, written out here so that a slip in the product's own table shows. */
  const lacks: Record<Role, string[]> = {
    owner: [],
    admin: ['organisation:write'],
    member: [
      'organisation:write',
      'members:write',
      'projects:write',
      'agents:write',
      'schedules:write',
      'audit_log:read',
      'settings:read',
      'settings:write',
      'server:read',
      'server:write',
    ],
    viewer: [
      'runs:write',
      'workspace:write',
      'organisation:write',
      'members:write',
      'projects:write',
      'agents:write',
      'workspace:write',
      'schedules:write',
      'audit_log:read',
      'settings:read',
      'settings:write',
      'server:read',
      'server:write',
    ],
  };

  /** Permissions on things of every organisation: a new member lacks them, whatever the role. */
  const forServerAdministrators = [
    'GET /api/settings',
    'PUT /api/settings',
    'GET /api/organisations',
    'POST /api/organisations',
    'PATCH /api/organisations/{id}',
    'PUT /api/members/{id}/server-administration',
  ];

  test('every route declares one that exists, writing for what changes something; /api/me takes any key', () => {
    for (const route of permitted) {
      expect(PERMISSIONS, title(route)).toContain(route.needs);
      const reads = route.method === 'GET' || READS_BY_POST.includes(route.path);
      const verb = reads ? 'read' : 'write';
      expect(route.needs?.endsWith(`:${verb}`), `${title(route)} needs ${route.needs}`).toBe(true);
    }
    expect(new Set(permitted.map(({ needs }) => needs))).toEqual(new Set(PERMISSIONS));
    expect(closed.filter((route) => !permitted.includes(route)).map(title)).toEqual(['GET /api/me']);
  });

  test.each(ROLES)('the role %s gets through where it may, and nowhere else', async (role) => {
    const { api } = await newMember(used.api, role);
    for (const route of closed) {
      const status = await statusOf(api, route);
      const lacking = lacks[role].includes(route.needs ?? '');
      if (lacking || forServerAdministrators.includes(title(route))) expect(status, title(route)).toBe(403);
      else expect([200, 404, 422], `${title(route)}: ${status}`).toContain(status);
    }
    const { permissions } = (await api.get('/api/me')).body;
    expect(new Set(permissions)).toEqual(new Set(PERMISSIONS.filter((one) => !lacks[role].includes(one))));
  });

  test('a server administrator gets through everywhere', async () => {
    expect(closed.map(title)).toEqual(expect.arrayContaining(forServerAdministrators));
    for (const route of closed)
      expect([200, 404, 422], title(route)).toContain(await statusOf(used.api, route));
  });

  test('a key with one scope gets through where it is needed, and nowhere else', async () => {
    for (const scope of ['runs:read', 'projects:write', 'settings:read'] as const) {
      const { api } = await newKey(used.api, { scopes: [scope] });
      for (const route of closed) {
        const status = await statusOf(api, route);
        if (route.needs === scope || !permitted.includes(route))
          expect([200, 404, 422], title(route)).toContain(status);
        else expect(status, title(route)).toBe(403);
      }
    }
  });

  test('any key reads its person and permissions', async () => {
    const { api } = await newKey(used.api, { scopes: ['runs:read'] });
    expect((await api.get('/api/me')).body).toMatchObject({ role: 'owner', permissions: ['runs:read'] });
    expectProblem(await api.get('/api/organisation'), 'forbidden');
  });

  test('scopes never go beyond the role, now or after it is lowered', async () => {
    const { api, user_id } = await newMember(used.api, 'admin', ['runs:write', 'runs:read', 'members:write']);
    const start = () => api.post('/api/agent-runs', { agent: 'self_check' });
    const become = (role: Role) => used.api.send('PATCH', `/api/members/${user_id}`, { role });
    expect((await become('viewer')).status).toBe(200);
    expectProblem(await start(), 'forbidden');
    expect((await api.get('/api/agent-runs')).status).toBe(200);
    expect((await become('member')).status).toBe(200);
    const started = await start();
    expect(started.status).toBe(201);
    expectProblem(await api.post('/api/members', {}), 'forbidden');
    expect((await become('viewer')).status).toBe(200);
    expectProblem(await start(), 'forbidden');
    const { id } = started.body.agent_runs[0];
    expectProblem(await api.post(`/api/agent-runs/${id}/cancel`), 'forbidden');
    await used.api.ended(id);
  });

  test('a refusal comes before the request is looked at', async () => {
    const { api } = await newMember(used.api, 'viewer');
    expectProblem(await api.post('/api/agent-runs', { nonsense: true }), 'forbidden');
    expectProblem(await api.post(`/api/agent-runs/${randomUUID()}/cancel`), 'forbidden');
  });
});

describe('keys', () => {
  test('a key makes none that may do more than itself', async () => {
    const { api } = await newKey(used.api, { scopes: ['api_keys:write', 'api_keys:read', 'runs:read'] });
    const make = (scopes?: string[]) => api.post('/api/api-keys', { name: 'more', scopes });
    for (const scopes of [undefined, ['*'], ['runs:write'], ['runs:read', 'organisation:write']])
      expectProblem(await make(scopes), 'forbidden');
    expect((await make(['runs:read'])).status).toBe(201);
    const admin = await newMember(used.api, 'admin');
    const wanted = { name: 'more', scopes: ['organisation:write'] };
    expectProblem(await admin.api.post('/api/api-keys', wanted), 'forbidden');
    expectProblem(await api.post('/api/service-keys', { name: 'more' }), 'forbidden');
  });

  test('nobody makes a key for anybody else, and a member sees no key but the own', async () => {
    const [admin, member] = [await newMember(used.api, 'admin'), await newMember(used.api, 'member')];
    for (const api of [used.api, admin.api])
      expectProblem(
        await api.post('/api/api-keys', { name: 'x', user_id: member.user_id }),
        'validation_failed',
        'user_id',
      );
    const own = await newKey(member.api);
    const ids = async (api: Caller) =>
      (await api.get('/api/api-keys')).body.api_keys.map((key: Json) => key.id);
    expect(await ids(member.api)).toEqual([member.key_id, own.id]);
    expect(await ids(admin.api)).toEqual(expect.arrayContaining([member.key_id, admin.key_id]));
    expectProblem(await member.api.send('DELETE', `/api/api-keys/${admin.key_id}`), 'not_found');
    expect((await admin.api.send('DELETE', `/api/api-keys/${own.id}`)).status).toBe(200);
    expectProblem(await own.api.get('/api/me'), 'unauthenticated');
  });

  test.each<[string, object, string]>([
    ['no name', {}, 'name'],
    ['an empty name', { name: ' ' }, 'name'],
    ['no scope', { name: 'x', scopes: [] }, 'scopes'],
    ['an unknown scope', { name: 'x', scopes: ['runs:delete'] }, 'scopes.0'],
    ['a time that is past', { name: 'x', expires_at: '2001-01-01T00:00:00Z' }, 'expires_at'],
    ['a time that is none', { name: 'x', expires_at: 'tomorrow' }, 'expires_at'],
    ['another user', { name: 'x', user_id: randomUUID() }, 'user_id'],
    ['an unknown field', { name: 'x', role: 'owner' }, 'role'],
  ])('a key with %s is refused', async (_, body, field) => {
    expectProblem(await used.api.post('/api/api-keys', body), 'validation_failed', field);
  });

  test('a revoked key ends at once and stays in the list with its date', async () => {
    const { id, api } = await newKey(used.api);
    expect((await api.get('/api/me')).status).toBe(200);
    const revoked = await used.api.send('DELETE', `/api/api-keys/${id}`);
    expect(revoked.body).toMatchObject({ id, revoked_at: expect.any(String) });
    expectProblem(await api.get('/api/me'), 'unauthenticated');
    expect((await used.api.send('DELETE', `/api/api-keys/${id}`)).body).toEqual(revoked.body);
    const { api_keys } = (await used.api.get('/api/api-keys')).body;
    expect(api_keys).toContainEqual(revoked.body);
  });

  test('a key may revoke itself, which is the last it does', async () => {
    const { id, api } = await newKey(used.api);
    expect((await api.send('DELETE', `/api/api-keys/${id}`)).status).toBe(200);
    expectProblem(await api.get('/api/me'), 'unauthenticated');
  });

  test('an expired key is refused', async () => {
    const { id, api } = await newKey(used.api, { expires_at: '2999-01-01T00:00:00+14:00' });
    expect((await api.get('/api/me')).status).toBe(200);
    await used.stack.query(`UPDATE api_keys SET expires_at = now() WHERE id = $1`, [id]);
    expectProblem(await api.get('/api/me'), 'unauthenticated');
  });

  test('the keys of a removed member end at once and are gone', async () => {
    const { api, user_id, key_id } = await newMember(used.api, 'member');
    expect((await api.get('/api/me')).status).toBe(200);
    expect((await used.api.send('DELETE', `/api/members/${user_id}`)).status).toBe(204);
    expectProblem(await api.get('/api/me'), 'unauthenticated');
    expect(await used.stack.query(`SELECT 1 FROM api_keys WHERE id = $1`, [key_id])).toEqual([]);
  });

  test('the list says when a key was last used', async () => {
    const { id, api } = await newKey(used.api);
    const listed = async () =>
      (await used.api.get('/api/api-keys')).body.api_keys.find((key: { id: string }) => key.id === id);
    expect(await listed()).toMatchObject({ last_used_at: null, revoked_at: null, expires_at: null });
    const before = Date.now();
    await api.get('/api/me');
    const { last_used_at } = await listed();
    expect(Math.abs(Date.parse(last_used_at) - before)).toBeLessThan(10_000);
  });
});

describe('the text of a key', () => {
  /** The whole key, its secret part, and both in the forms in which they could hide. */
  const traces = (key: string) => {
    const secret = key.slice(13);
    return [key, secret].flatMap((text) => [
      text,
      Buffer.from(text).toString('hex'),
      Buffer.from(text).toString('base64').replace(/=+$/, ''),
    ]);
  };

  test('is answered once, and stored nowhere', async () => {
    const made = await used.api.post('/api/api-keys', { name: 'shown once' });
    const key: string = made.body.api_key;
    expect(key).toMatch(/^nsk_[0-9a-f]{8}_[\w-]{43}$/);
    expect(made.body.prefix).toBe(key.slice(0, 12));
    expect(made.body).not.toHaveProperty('hash');
    const run = await new Caller(used.url, key).start({ agent: 'self_check', input: { model_calls: 1 } });
    await used.api.ended(run.id);
    const list = JSON.stringify((await used.api.get('/api/api-keys')).body);
    expect(list).toContain(key.slice(0, 12));
    const tables = await used.stack.query<{ name: string }>(
      `SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    expect(tables.length).toBeGreaterThan(10);
    for (const trace of traces(key)) expect(list).not.toContain(trace);
    for (const { name } of tables) {
      const rows = await used.stack.query(
        `SELECT 1 FROM ${name} t, unnest($1::text[]) AS trace WHERE strpos(t::text, trace) > 0`,
        [traces(key)],
      );
      expect(rows, name).toEqual([]);
    }
  });

  test('is never logged, not even where the server fails', async () => {
    await used.stack.query(`ALTER TABLE projects RENAME TO projects_away`);
    const failed = await used.api.whileBroken.get(`/api/projects?from=${randomUUID()}`);
    await used.stack.query(`ALTER TABLE projects_away RENAME TO projects`);
    expectProblem(failed, 'internal');
    expect(JSON.stringify(failed.body)).not.toContain('projects_away');
    const wrong = `${used.api.key}x`;
    await new Caller(used.url, wrong).get('/api/me');
    const log = used.stack.programs.map((program) => program.log).join('');
    expect(log).toContain('"level":50');
    expect(log).toContain('/api/projects?from=');
    for (const trace of traces(used.api.key)) expect(log).not.toContain(trace);
    expect(log).not.toMatch(/nsk_[0-9a-f]{8}_/);
  });
});

describe('limits and headers', () => {
  test('a key that has used its requests of the minute waits; another key does not', async () => {
    const { url } = await used.stack.startApi({ API_RATE_LIMIT_PER_MINUTE: '20' });
    const [one, two] = [await newKey(used.api), await newKey(used.api)].map(
      ({ api }) => new Caller(url, api.key),
    ) as [Caller, Caller];
    for (let request = 1; request <= 20; request += 1)
      expect((await one.get(request % 2 ? '/api/me' : '/api/projects')).status, `${request}`).toBe(200);
    for (const path of ['/api/me', '/api/agent-runs']) {
      const refused = await one.get(path);
      expectProblem(refused, 'rate_limited');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    }
    const answer = await two.get('/api/me');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-ratelimit-remaining')).toBe('19');
  });

  test('every kind of answer carries the headers that protect a browser', async () => {
    const answers = [
      await used.api.get('/api/me'),
      await used.api.get('/api/nowhere'),
      await new Caller(used.url, '').get('/api/me'),
      await used.api.post('/api/agent-runs', '{'),
      await used.api.get('/api/docs'),
      await used.api.get('/api/health/live'),
    ];
    for (const { headers } of answers) {
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(headers.get('strict-transport-security')).toContain('max-age=');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.has('x-powered-by')).toBe(false);
      expect(headers.has('server')).toBe(false);
      expect(headers.has('access-control-allow-origin')).toBe(false);
    }
  });

  test('the stream carries them too', async () => {
    const abort = new AbortController();
    const { headers } = await fetch(`${used.url}/api/agent-runs/stream`, {
      headers: { authorization: `Bearer ${used.api.key}` },
      signal: abort.signal,
    });
    abort.abort();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toContain('no-cache');
  });
});
