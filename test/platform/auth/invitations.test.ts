import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seed, Taken } from '../../../src/commands/seed.js';
import { FailedAttempts } from '../../../src/platform/auth/failed-attempts.js';
import { makeOwnKey } from '../../../src/platform/auth/first-key.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { Caller, type Json } from '../../support/caller.js';
import { expectProblem } from '../../support/problems.js';
import { useApi } from '../../support/use-api.js';
import { newKey, newMember } from './people.js';

const ORGANISATION = join(import.meta.dirname, '../../../dist/src/commands/organisation.js');

const used = useApi();
let db: ReturnType<typeof createDataSource>;
beforeAll(async () => {
  db = await createDataSource(used.stack.database, 2).initialize();
});
afterAll(() => db.destroy());

const added = async (role = 'member', api = used.api): Promise<Json> => {
  const made = await api.post('/api/members', { email: `${randomUUID()}@acme.test`, name: 'New', role });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body;
};
const claim = (code: string, more: object = {}) =>
  new Caller(used.url, '').post('/api/claims', { claim: code, ...more });
/** The answer to a request that was sent to this host; `fetch` would set its own. */
async function fromHost(path: string, body: object, host: string): Promise<Json> {
  const { hostname, port } = new URL(used.url);
  const headers = { host, authorization: `Bearer ${used.api.key}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method: 'POST', headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve(JSON.parse(text)));
    });
    sent.on('error', reject).end(JSON.stringify(body));
  });
}
const wanted = (organisation: string, email: string) => ({
  organisation,
  email,
  project: 'P',
  name: email,
  new_key: true,
});

describe('an organisation', () => {
  test.each([
    ['Москва', 'Київ'],
    ['C++ Ltd', 'C# Ltd'],
    ['株式会社A', '有限会社A'],
    ['Ökonom', 'Ükonom'],
    ['Acme & Co', 'Acme+Co'],
  ])('named %s is another than one named %s', async (one, other) => {
    const [first, second] = [
      await seed(db, wanted(one, 'a@x.test')),
      await seed(db, wanted(other, 'b@y.test')),
    ];
    expect(second.organisation_id).not.toBe(first.organisation_id);
    const members = await db.query(
      `SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.organisation_id = $1`,
      [first.organisation_id],
    );
    expect(members).toEqual([{ email: 'a@x.test' }]);
  });

  test('keeps to its own name, whatever names there are, and takes in no second owner by it', async () => {
    const name = fc
      .string({ minLength: 1, maxLength: 30, unit: 'grapheme' })
      .map((text) => `n${text.replace(/\0/g, '').trim()}`);
    const owners = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(name, fc.constantFrom('a', 'b'), async (organisation, who) => {
        const [{ lower }] = await db.query(`SELECT lower($1) AS lower`, [organisation]);
        const owner = owners.get(lower) ?? who;
        owners.set(lower, owner);
        const seeding = seed(db, wanted(organisation, `${who}@names.test`));
        if (owner === who) await seeding;
        else await expect(seeding).rejects.toThrow(Taken);
      }),
      { numRuns: 60 },
    );
  });

  test('is made by a server administrator, with an invitation for its owner', async () => {
    const body = { name: `Initech ${randomUUID()}`, owner: { email: 'boss@initech.test', name: 'Boss' } };
    const made = await used.api.post('/api/organisations', body);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body).toMatchObject({ name: body.name, owner: { ...body.owner, role: 'owner' } });
    expectProblem(
      await used.api.post('/api/organisations', { ...body, name: body.name.toUpperCase() }),
      'already_exists',
    );
    const { body: key } = await claim(made.body.invitation.claim);
    const boss = new Caller(used.url, key.api_key);
    expect((await boss.get('/api/me')).body).toMatchObject({
      organisation: { id: made.body.id },
      role: 'owner',
      server_admin: false,
    });
    for (const answer of [
      await boss.get('/api/organisations'),
      await boss.post('/api/organisations', body),
      await boss.send('PATCH', `/api/organisations/${made.body.id}`, { name: 'x' }),
      await boss.get('/api/settings'),
    ])
      expectProblem(answer, 'forbidden');
    const renamed = await used.api.send('PATCH', `/api/organisations/${made.body.id}`, {
      name: `${body.name} 2`,
    });
    expect(renamed.body).toMatchObject({ id: made.body.id, name: `${body.name} 2` });
    expectProblem(
      await used.api.send('PATCH', `/api/organisations/${made.body.id}`, { name: 'Acme' }),
      'already_exists',
    );
    expectProblem(
      await used.api.send('PATCH', `/api/organisations/${randomUUID()}`, { name: 'Nobody' }),
      'not_found',
    );
    expectProblem(await boss.send('PATCH', '/api/organisation', { name: 'acme' }), 'already_exists');
    expect((await used.api.get('/api/organisations')).body.organisations.map(({ id }: Json) => id)).toContain(
      made.body.id,
    );
  });
});

describe('an invitation', () => {
  test("becomes the person's key once, and nobody else ever makes one for them", async () => {
    const { user_id, invitation } = await added();
    const { status, body } = await claim(invitation.claim, { name: 'laptop' });
    expect(status).toBe(201);
    const api = new Caller(used.url, body.api_key);
    expect((await api.get('/api/me')).body).toMatchObject({ user: { id: user_id }, role: 'member' });
    expectProblem(await claim(invitation.claim), 'claim_invalid');
    expectProblem(await used.api.post(`/api/members/${user_id}/invitations`), 'already_claimed');
    expect((await used.api.send('DELETE', `/api/members/${user_id}`)).status).toBe(204);
    const [{ email }] = await db.query(`SELECT email FROM users WHERE id = $1`, [user_id]);
    const back = await used.api.post('/api/members', { email, name: 'Back', role: 'member' });
    expect(back.body).toMatchObject({ user_id, invitation: null });
  });

  test('comes with the command to send on, of the address that the caller used', async () => {
    const email = `${randomUUID()}@acme.test`;
    const person = { email, name: 'New', role: 'member' };
    const made = await fromHost('/api/members', person, 'nights.example:8443');
    const { claim: code, command } = made.invitation;
    expect(command).toBe(
      `curl -s "http://nights.example:8443/api/claims" -H 'Content-Type: application/json' -d '{"claim":"${code}"}'`,
    );
    const owner = { email: 'o@x.test', name: 'O' };
    const founded = await fromHost('/api/organisations', { name: randomUUID(), owner }, 'x`id`$(id)');
    expect(founded.invitation.command).toMatch(/^curl -s "\$URL\/api\/claims" /);
    const again = await used.api.post(`/api/members/${made.user_id}/invitations`);
    expect(again.body.command).toContain(`${used.url}/api/claims`);
    expect(again.body.command).toContain(again.body.claim);
  });

  test('is printed by the command that adds an organisation, to be copied as it stands', async () => {
    const args = [
      'add',
      '--name',
      randomUUID(),
      '--email',
      'o@y.test',
      '--url',
      used.url,
      '--key',
      used.api.key,
    ];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [ORGANISATION, ...args]);
    const { command } = JSON.parse(stdout).invitation;
    expect(stderr.split('\n')).toContain(command);
  });

  test('of a member is made by another address, which the refusal to add the member again names', async () => {
    const email = `${randomUUID()}@acme.test`;
    const person = { email, name: 'New', role: 'member' };
    const { user_id } = (await used.api.post('/api/members', person)).body;
    const open = await used.api.post('/api/members', { ...person, email: email.toUpperCase() });
    expectProblem(open, 'already_exists');
    const path = /POST (\/api\/members\/\S+)/.exec(open.body.detail)?.[1] ?? '';
    expect(path).toBe(`/api/members/${user_id}/invitations`);
    const { body } = await used.api.post(path);
    expect((await claim(body.claim)).status).toBe(201);
    const held = await used.api.post('/api/members', person);
    expectProblem(held, 'already_exists');
    expect(held.body.detail).toContain('has held a key');
  });

  test('that is open ends when the person gets a key in another way', async () => {
    const { user_id, invitation } = await added();
    const { organisation_id } = used.stack.tenant;
    await db.transaction((tx) => makeOwnKey(tx, { organisation_id, user_id }, 'recovered'));
    expectProblem(await claim(invitation.claim), 'claim_invalid');
  });

  test('is claimed by one of two at the same moment', async () => {
    const { invitation } = await added();
    const answers = await Promise.all([1, 2, 3, 4].map(() => claim(invitation.claim)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 404, 404, 404]);
  });

  test('that is unknown, revoked, replaced or expired opens nothing, and each is answered the same', async () => {
    const [revoked, replaced, expired] = [await added(), await added(), await added()];
    expect((await used.api.send('DELETE', `/api/invitations/${revoked.invitation.id}`)).body).toMatchObject({
      id: revoked.invitation.id,
      revoked_at: expect.any(String),
    });
    const next = await used.api.post(`/api/members/${replaced.user_id}/invitations`);
    expect(next.status).toBe(201);
    await db.query(`UPDATE invitations SET expires_at = now() WHERE id = $1`, [expired.invitation.id]);
    const codes = [revoked, replaced, expired].map(({ invitation }) => invitation.claim);
    const answers = await Promise.all([...codes, 'nsc_unknown', 'x'].map((code) => claim(code)));
    for (const answer of answers) expectProblem(answer, 'claim_invalid');
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect((await claim(next.body.claim)).status).toBe(201);
    const { invitations } = (await used.api.get('/api/invitations')).body;
    expect(JSON.stringify(invitations)).not.toContain('nsc_');
  });

  test('is stored as its hash alone, and logged without its code', async () => {
    const { invitation } = await added();
    const secret = invitation.claim.slice(4);
    for (const table of ['invitations', 'change_log', 'users', 'memberships'])
      expect(
        await db.query(`SELECT 1 FROM ${table} t WHERE strpos(t::text, $1) > 0`, [secret]),
        table,
      ).toEqual([]);
  });

  test('of an owner is made by owners alone; another organisation knows none of it', async () => {
    const [admin, member] = [await newMember(used.api, 'admin'), await newMember(used.api, 'member')];
    const owner = await added('owner');
    expectProblem(await admin.api.post(`/api/members/${owner.user_id}/invitations`), 'forbidden');
    expectProblem(await member.api.post(`/api/members/${owner.user_id}/invitations`), 'forbidden');
    const { api_key } = await seed(db, wanted(`Other ${randomUUID()}`, 'o@other.test'));
    const other = new Caller(used.url, api_key ?? '');
    expect((await other.get('/api/invitations')).body).toEqual({ invitations: [] });
    expectProblem(await other.send('DELETE', `/api/invitations/${owner.invitation.id}`), 'not_found');
    expectProblem(await other.post(`/api/members/${owner.user_id}/invitations`), 'not_found');
  });
});

describe('a service key', () => {
  test('belongs to no person: nothing private, no server administration, no further keys', async () => {
    const made = await used.api.post('/api/service-keys', { name: 'CI' });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const api = new Caller(used.url, made.body.api_key);
    const { project_id } = used.stack.tenant;
    expect((await api.get('/api/me')).body).toMatchObject({
      role: 'member',
      service: true,
      server_admin: false,
    });
    expect((await api.get(`/api/projects/${project_id}/tickets`)).status).toBe(200);
    for (const answer of [
      await api.get(`/api/projects/${project_id}/today`),
      await api.get(`/api/projects/${project_id}/checkins`),
      await api.post(`/api/projects/${project_id}/checkins`, { body: 'x' }),
      await api.post(`/api/projects/${project_id}/memories`, { body: 'x', mine: true }),
      await api.post('/api/api-keys', { name: 'more' }),
      await api.post('/api/service-keys', { name: 'more' }),
      await api.get('/api/settings'),
    ])
      expectProblem(answer, 'forbidden');
    const { members } = (await used.api.get('/api/members')).body;
    expect(members.map(({ user_id }: Json) => user_id)).not.toContain(made.body.user_id);
    for (const [method, path, body] of [
      ['PATCH', `/api/members/${made.body.user_id}`, { role: 'owner' }],
      ['DELETE', `/api/members/${made.body.user_id}`, undefined],
      ['POST', `/api/members/${made.body.user_id}/invitations`, undefined],
      ['PUT', `/api/members/${made.body.user_id}/server-administration`, { server_admin: true }],
    ] as const)
      expectProblem(await used.api.send(method, path, body), 'not_found');
    expect((await used.api.send('DELETE', `/api/api-keys/${made.body.id}`)).body).toMatchObject({
      service: true,
    });
    expectProblem(await api.get('/api/me'), 'unauthenticated');
  });

  test('that is refused for its date leaves nothing behind', async () => {
    const count = async () =>
      (await db.query(`SELECT count(*)::int AS n FROM memberships WHERE service`))[0].n;
    const before = await count();
    const body = { name: 'x', expires_at: '2001-01-01T00:00:00Z' };
    expectProblem(await used.api.post('/api/service-keys', body), 'validation_failed', 'expires_at');
    expect(await count()).toBe(before);
  });

  test.each(['admin', 'owner'])('has no role of %s', async (role) =>
    expectProblem(await used.api.post('/api/service-keys', { name: 'x', role }), 'validation_failed', 'role'),
  );
});

describe('server administration', () => {
  const put = (api: Caller, id: string, server_admin: boolean) =>
    api.send('PUT', `/api/members/${id}/server-administration`, { server_admin });

  test("is given and taken explicitly, logged, and ends with the owner's role; the last one stays", async () => {
    const second = await newMember(used.api, 'owner');
    const me = used.stack.tenant.user_id;
    expectProblem(await put(second.api, second.user_id, true), 'forbidden');
    expectProblem(await put(used.api, me, false), 'last_server_admin');
    expectProblem(
      await second.api.send('PATCH', `/api/members/${me}`, { role: 'admin' }),
      'last_server_admin',
    );
    expectProblem(await second.api.send('DELETE', `/api/members/${me}`), 'last_server_admin');
    expect((await put(used.api, second.user_id, true)).status).toBe(204);
    expect((await second.api.get('/api/settings')).status).toBe(200);
    const { changes } = (await used.api.get('/api/audit-log?subject=server_administrator')).body;
    expect(changes[0]).toMatchObject({ subject_id: second.user_id, after: { server_admin: true } });
    expect((await used.api.send('PATCH', `/api/members/${second.user_id}`, { role: 'admin' })).status).toBe(
      200,
    );
    expect((await used.api.send('PATCH', `/api/members/${second.user_id}`, { role: 'owner' })).status).toBe(
      200,
    );
    expectProblem(await second.api.get('/api/settings'), 'forbidden');
  });

  test('goes to nobody who is seeded later, also where there is no administrator', async () => {
    await db.query(`UPDATE memberships SET server_admin = false`);
    const { api_key } = await seed(db, wanted(`Later ${randomUUID()}`, 'later@x.test'));
    expectProblem(await new Caller(used.url, api_key ?? '').get('/api/settings'), 'forbidden');
    await db.query(`UPDATE memberships SET server_admin = true WHERE user_id = $1`, [
      used.stack.tenant.user_id,
    ]);
  });

  test('is not in a key that somebody else once made', async () => {
    const { id, api } = await newKey(used.api);
    expect((await api.get('/api/settings')).status).toBe(200);
    await db.query(`UPDATE api_keys SET created_by = $2 WHERE id = $1`, [id, randomUUID()]);
    expectProblem(await api.get('/api/settings'), 'forbidden');
    expectProblem(await api.post('/api/api-keys', { name: 'a way around' }), 'forbidden');
  });
});

describe('wrong keys', () => {
  test('are limited by address before they are looked up; a known valid key still works', async () => {
    const { url } = await used.stack.startApi({ API_FAILED_KEYS_PER_MINUTE: '20' });
    const good = used.stack.caller(url);
    expect((await good.get('/api/me')).status).toBe(200);
    for (let tries = 0; tries < 20; tries += 1)
      expectProblem(await new Caller(url, `nsk_wrong_${tries}`).get('/api/me'), 'unauthenticated');
    const refused = await new Caller(url, 'nsk_wrong').get('/api/me');
    expectProblem(refused, 'rate_limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await good.get('/api/me')).status).toBe(200);
    const forwarded = await new Caller(url, 'nsk_wrong').get('/api/me', { 'x-forwarded-for': '203.0.113.9' });
    expectProblem(forwarded, 'rate_limited');
  });

  test('come from where a trusted proxy says', async () => {
    const { url } = await used.stack.startApi({
      API_FAILED_KEYS_PER_MINUTE: '1',
      API_TRUSTED_PROXIES: '127.0.0.1',
    });
    const from = (address: string) =>
      new Caller(url, 'nsk_wrong').get('/api/me', { 'x-forwarded-for': address });
    expectProblem(await from('203.0.113.1'), 'unauthenticated');
    expectProblem(await from('203.0.113.1'), 'rate_limited');
    expectProblem(await from('203.0.113.2'), 'unauthenticated');
  });

  test('of one IPv6 network count together, of two apart', () => {
    const attempts = new FailedAttempts(2, () => 0);
    attempts.failed('2001:db8:1:2:3:4:5:6', 'a');
    attempts.failed('2001:db8:1:2::9', 'b');
    expect(attempts.wait('2001:db8:1:2::1', 'c')).toBe(60);
    expect(attempts.wait('2001:db8:1:3::1', 'c')).toBe(0);
    attempts.failed('::ffff:10.0.0.1', 'a');
    expect(attempts.wait('::ffff:10.0.0.1', 'c')).toBe(0);
  });

  test('are counted for a bounded number of addresses, each for a minute', () => {
    let now = 0;
    const attempts = new FailedAttempts(2, () => now);
    for (let address = 0; address < 20_000; address += 1) attempts.failed(`a${address}`, 'wrong');
    expect((attempts as unknown as { failures: Map<string, unknown> }).failures.size).toBe(10_000);
    attempts.failed('a19999', 'wrong');
    expect(attempts.wait('a19999', 'k')).toBe(60);
    attempts.succeeded('k');
    expect(attempts.wait('a19999', 'k')).toBe(0);
    attempts.failed('a19999', 'k');
    expect(attempts.wait('a19999', 'k')).toBe(60);
    now = 60_001;
    expect(attempts.wait('a19999', 'other')).toBe(0);
  });
});
