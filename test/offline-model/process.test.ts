import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';

const ENTRY = new URL('../../offline-model/main.ts', import.meta.url).pathname;
const HOOKS = new URL('./run-typescript.mjs', import.meta.url).href;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

function start(port: number): ChildProcess {
  return spawn(process.execPath, ['--import', HOOKS, ENTRY], {
    env: { ...process.env, NIGHTSHIFT_MODEL_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

async function firstWords(child: ChildProcess, from: 'stdout' | 'stderr' = 'stdout'): Promise<string> {
  const [chunk] = (await once(child[from] as NodeJS.ReadableStream, 'data')) as [Buffer];
  return chunk.toString();
}

test.each([
  ['SIGTERM', (child: ChildProcess) => child.kill('SIGTERM')],
  ['SIGINT', (child: ChildProcess) => child.kill('SIGINT')],
  ['the end of its parent', (child: ChildProcess) => child.disconnect()],
])('the process says where it listens and ends on %s', { timeout: 30_000 }, async (_, end) => {
  const port = await freePort();
  const child = start(port);
  expect(await firstWords(child)).toBe(`Offline model listening on http://127.0.0.1:${port}/v1\n`);
  const headers = { authorization: 'Bearer any' };
  expect((await fetch(`http://127.0.0.1:${port}/v1/models`, { headers })).status).toBe(200);
  const ended = once(child, 'exit');
  end(child);
  expect(await ended).toEqual([0, null]);
});

test('a taken port is reported as a sentence', { timeout: 30_000 }, async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const child = start(typeof address === 'object' && address ? address.port : 0);
  const ended = once(child, 'exit');
  expect(await firstWords(child, 'stderr')).toContain('EADDRINUSE');
  expect(await ended).toEqual([1, null]);
  await new Promise((resolve) => taken.close(resolve));
});
