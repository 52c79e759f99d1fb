import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { Caller } from '../support/caller.js';
import { expectProblem } from '../support/problems.js';
import { useApi } from '../support/use-api.js';

const used = useApi();

/** Sends the address as it is, and returns the answer. */
async function raw(method: string, path: string): Promise<{ status: number; type: string; body: string }> {
  const { hostname, port } = new URL(used.url);
  const headers = { authorization: `Bearer ${used.api.key}` };
  const signal = AbortSignal.timeout(1500);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, signal }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? '',
          body,
        }),
      );
    });
    sent.on('error', reject).end();
  });
}

describe('an address that is none', () => {
  test.each([
    '/api/nowhere',
    '/nowhere',
    '/api',
    '/api/',
    '/api/agent-runs/x/y/z',
    '/api//me',
    '/api/me;x=1',
  ])('%s', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
      expectProblem(await used.api.send(method, path), 'not_found');
  });

  test('is answered without a credential as with one', async () => {
    expectProblem(await new Caller(used.url, '').get('/api/nowhere'), 'not_found');
  });

  test('serves no file of the server', async () => {
    for (const path of [
      '/../../../../etc/passwd',
      '/api/docs/../../../package.json',
      '/api/docs/..%2f..%2f..%2fpackage.json',
      '/api/docs/%2e%2e/%2e%2e/%2e%2e/package.json',
      '/.env',
    ]) {
      const { status, body } = await raw('GET', path);
      expect([400, 403, 404], path).toContain(status);
      expect(body).not.toMatch(/root:|"dependencies"/);
    }
  });

  test.each([
    ['broken encoding', '/api/agent-runs/%zz'],
    ['bytes that are no text', '/api/agent-runs/%ff'],
    ['an id of 600 characters', `/api/agent-runs/${'a'.repeat(600)}`],
  ])('of %s is a problem document, too', async (_, path) => {
    const { status, type } = await raw('GET', path);
    expect([400, 404, 414]).toContain(status);
    expect(type).toMatch(/^application\/problem\+json/);
  });

  test('of any length is answered', async () => {
    for (const length of [600, 5000, 15_000, 100_000])
      expect([400, 404, 414, 431]).toContain((await raw('GET', `/api/${'a'.repeat(length)}`)).status);
  });
});

describe('a method that a path does not take', () => {
  test('is refused with a problem document, and changes nothing', async () => {
    const before = await used.stack.query(`SELECT * FROM memberships`);
    for (const [method, path] of [
      ['PUT', '/api/agent-runs'],
      ['PATCH', '/api/agent-runs'],
      ['DELETE', '/api/agent-runs'],
      ['DELETE', `/api/projects/${used.stack.tenant.project_id}`],
      ['PUT', `/api/members/${used.stack.tenant.user_id}`],
      ['POST', '/api/me'],
      ['POST', '/api/agent-runs/stream'],
    ] as const) {
      const answer = await used.api.send(method, path, {});
      expect([404, 405], `${method} ${path}`).toContain(answer.status);
      expectProblem(answer, answer.status === 405 ? 'method_not_allowed' : 'not_found');
    }
    expect(await used.stack.query(`SELECT * FROM memberships`)).toEqual(before);
  });

  test('cannot be changed by a header or a parameter', async () => {
    const path = `/api/members/${used.stack.tenant.user_id}?_method=DELETE`;
    const answer = await used.api.post(path, {}, { 'x-http-method-override': 'DELETE' });
    expectProblem(answer, 'not_found');
  });

  test('HEAD answers like GET, without the body', async () => {
    for (const path of ['/api/me', '/api/agent-runs', '/api/health/live', '/api/nowhere']) {
      const [head, get] = [await raw('HEAD', path), await raw('GET', path)];
      expect(head).toEqual({ ...get, body: '' });
    }
    const response = await fetch(`${used.url}/api/me`, { method: 'HEAD' });
    expect(response.status).toBe(401);
  });

  test('HEAD of the stream ends', async () => {
    expect((await raw('HEAD', '/api/agent-runs/stream')).status).toBe(200);
  });

  test('OPTIONS opens the API to no other origin', async () => {
    const answer = await used.api.send('OPTIONS', '/api/agent-runs', undefined, {
      origin: 'https://evil.test',
      'access-control-request-method': 'POST',
    });
    expect([204, 404, 405]).toContain(answer.status);
    for (const name of answer.headers.keys()) expect(name).not.toMatch(/^access-control-/);
  });
});

describe('a problem document', () => {
  test('names at most fifty fields, however many are wrong', async () => {
    const body = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`field-${index}`, index]));
    const answer = await used.api.post('/api/agent-runs', body);
    expectProblem(answer, 'validation_failed', 'agent');
    expect(answer.body.errors).toHaveLength(50);
  });

  test('says an id that is none in any writing like one that is unknown', async () => {
    for (const id of ['1', '0', '-1', 'null', '01890000-0000-7000-8000-00000000000g', '%27%20OR%201%3D1'])
      expectProblem(await used.api.get(`/api/agent-runs/${id}`), 'not_found');
  });

  test('tells nothing of what is behind it', async () => {
    await used.stack.query(`ALTER TABLE agent_runs RENAME TO runs_away`);
    const answers = [
      await used.api.whileBroken.get('/api/agent-runs'),
      await used.api.whileBroken.post('/api/agent-runs', { agent: 'self_check' }),
      await used.api.whileBroken.get('/api/agent-runs/01890000-0000-7000-8000-000000000000'),
    ];
    await used.stack.query(`ALTER TABLE runs_away RENAME TO agent_runs`);
    for (const answer of answers) {
      expectProblem(answer, 'internal');
      expect(answer.body.detail).toBe(answer.body.title);
      expect(JSON.stringify(answer.body)).not.toMatch(/agent_runs|relation|SELECT|\.ts|\.js|at /);
    }
    expect((await used.api.get('/api/agent-runs')).status).toBe(200);
  });
});
