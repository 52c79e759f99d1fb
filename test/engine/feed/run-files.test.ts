import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Json } from '../../support/caller.js';
import { expectProblem } from '../../support/problems.js';
import { useStack } from '../../support/stack.js';

const used = useStack();
let run: Json;
const at = (path: string, id = run.id) => `/api/agent-runs/${id}/workspace${path}`;

beforeAll(async () => {
  const { id } = await used.api.start({ agent: 'self_check', input: { steps: 2, model_calls: 1 } });
  run = await used.api.ended(id);
});

/** Sends the path as it is: nothing resolves its dots. */
function raw(path: string): Promise<Answer> {
  const { hostname, port } = new URL(used.url);
  const headers = { authorization: `Bearer ${used.api.key}` };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const type = response.headers['content-type'] ?? '';
        resolve({
          status: response.statusCode ?? 0,
          body: type.includes('json') ? JSON.parse(text) : text,
          headers: new Headers({ 'content-type': type }),
        });
      });
    });
    sent.on('error', reject).end();
  });
}

async function text(path: string, id?: string): Promise<string> {
  const response = await fetch(`${used.url}${at(path, id)}`, {
    headers: { authorization: `Bearer ${used.api.key}` },
  });
  expect(response.status).toBe(200);
  return response.text();
}

async function write(path: string, content: string, type = 'text/markdown; charset=utf-8'): Promise<void> {
  await used.stack.query(
    `INSERT INTO agent_run_files (run_id, path, content, content_type) VALUES ($1, $2, $3, $4)
     ON CONFLICT (run_id, path) DO UPDATE SET content = excluded.content, content_type = excluded.content_type`,
    [run.id, path, Buffer.from(content), type],
  );
}

describe('the files of every run', () => {
  test('are listed with their true sizes, and each link leads to its file', async () => {
    const { files } = (await used.api.get(at(''))).body;
    const paths: string[] = files.map(({ path }: Json) => path);
    expect(paths).toEqual(expect.arrayContaining(['events.jsonl', 'output.md', 'run.json']));
    expect(paths).toEqual([...new Set(paths)].sort());
    for (const file of files) {
      const response = await fetch(`${used.url}${file.href}`, {
        headers: { authorization: `Bearer ${used.api.key}` },
      });
      expect((await response.arrayBuffer()).byteLength).toBe(file.size);
      expect(response.headers.get('content-type')).toBe(file.content_type);
    }
  });

  test('run.json is the run', async () => {
    expect(JSON.parse(await text('/run.json'))).toEqual(await used.api.run(run.id));
  });

  test('events.jsonl is the events, one a line, in order', async () => {
    const lines = (await text('/events.jsonl')).split('\n');
    expect(lines.pop()).toBe('');
    const events = lines.map((line) => JSON.parse(line));
    expect(events).toEqual(await used.api.events(run.id));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)).toMatchObject({ type: 'background_run_completed' });
  });

  test('output.md says what the run was, which model answered, and what came of it', async () => {
    const output = await text('/output.md');
    expect(output).toContain('# self_check: completed');
    expect(output).toContain('offline model');
    expect(output).toContain('"steps_done": 2');
  });

  test('output.md of a run that failed names the error', async () => {
    const { id } = await used.api.start({
      agent: 'self_check',
      input: { delay_ms: 60_000 },
      timeout_seconds: 1,
    });
    await used.api.ended(id);
    expect(await text('/output.md', id)).toContain('run_timed_out');
  });

  test('grow with the run', async () => {
    const { id } = await used.api.start({ agent: 'self_check', input: { delay_ms: 60_000 } });
    await used.api.until(id, ({ status }) => status === 'running');
    expect(JSON.parse(await text('/run.json', id)).status).toBe('running');
    const before = (await text('/events.jsonl', id)).split('\n').length;
    await used.api.post(`/api/agent-runs/${id}/cancel`);
    await used.api.ended(id);
    expect(JSON.parse(await text('/run.json', id)).status).toBe('cancelled');
    expect((await text('/events.jsonl', id)).split('\n').length).toBe(before + 1);
  });
});

describe('the files that an agent wrote', () => {
  test('come back as they were written, under their names', async () => {
    const content = '# Ticket 🎫\r\n\tשלום\u0000\n';
    for (const path of ['tickets/tck-1042.md', 'a b/c@d - e.txt']) {
      await write(path, content);
      const { files } = (await used.api.get(at(''))).body;
      const { href, size } = files.find((file: Json) => file.path === path);
      expect(size).toBe(Buffer.byteLength(content));
      const response = await fetch(`${used.url}${href}`, {
        headers: { authorization: `Bearer ${used.api.key}` },
      });
      expect(await response.text()).toBe(content);
    }
  });

  test('may include an output of its own', async () => {
    await write('output.md', 'mine');
    expect(await text('/output.md')).toBe('mine');
    const { files } = (await used.api.get(at(''))).body;
    expect(files.filter(({ path }: Json) => path === 'output.md')).toMatchObject([{ size: 4 }]);
  });

  test('are downloads that no browser runs', async () => {
    await write('page.html', '<script>alert(1)</script>', 'text/html; charset=utf-8');
    await write('tickets/ünïcode "x".svg', '<svg onload="alert(1)"/>', 'image/svg+xml');
    for (const [path, name] of [
      ['/page.html', 'page.html'],
      [`/tickets/${encodeURIComponent('ünïcode "x".svg')}`, '%C3%BCn%C3%AFcode%20%22x%22.svg'],
      ['/run.json', 'run.json'],
    ] as const) {
      const { status, headers } = await used.api.send('GET', at(path));
      expect(status).toBe(200);
      expect(headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''${name}`);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    }
  });
});

describe('a path', () => {
  test.each([
    '/../../../../../../etc/passwd',
    '/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd',
    '/%2e%2e/%2e%2e/%2e%2e/package.json',
    '/%2e%2e%2fpackage.json',
    '/..%5c..%5cpackage.json',
    '//etc/passwd',
    '/%2fetc%2fpasswd',
    '/etc/passwd',
    '/file:///etc/passwd',
    '/./run.json',
    '/tickets/../run.json',
    '/run.json/',
    '/RUN.JSON',
    '/run.json%00',
    '/%00',
    '/run.json%00.md',
    '/',
    '/%2e',
    '/constructor',
    '/__proto__',
    '/nothing.md',
    `/${'a/'.repeat(150)}b`,
  ])('%s names no file', async (path) => {
    expectProblem(await raw(at(path)), 'not_found');
  });

  test("that leaves the run ends nowhere near another one's files", async () => {
    const other = await used.stack.seed('Globex', 'owner@globex.test');
    const them = used.stack.caller(used.url, other.api_key);
    const { id } = await them.start({ agent: 'self_check' });
    await them.ended(id);
    for (const path of [
      `/../../${id}/workspace/run.json`,
      `/..%2f..%2f${id}%2fworkspace%2frun.json`,
      `/%2e%2e/%2e%2e/${id}/workspace/run.json`,
    ])
      expectProblem(await raw(at(path)), 'not_found');
    expectProblem(await raw(at('/run.json', id)), 'not_found');
    expectProblem(await raw(at('', id)), 'not_found');
    expectProblem(await raw(at('/run.json', randomUUID())), 'not_found');
  });
});
