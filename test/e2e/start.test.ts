import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, inject, test, vi } from 'vitest';
import { Caller, type Json } from '../support/caller.js';
import { freePorts } from '../support/free-ports.js';
import { temporaryHome } from '../support/temporary-home.js';

/** The product as a person starts it: one command, one folder, killed and started again. */
const home = temporaryHome();
const data = join(home, 'data');
const up = join(import.meta.dirname, '../../dist/stack/main.js');
const PATIENT = { timeout: 120_000, interval: 100 };
let running: ChildProcess | undefined;
let printed = '';

afterAll(async () => {
  await stop('SIGTERM');
  rmSync(home, { recursive: true, force: true });
});

async function start(): Promise<Caller> {
  const [api, postgres, temporal, ui] = await freePorts(4);
  const first = !existsSync(join(data, 'ports.json'));
  const ports = {
    NIGHTSHIFT_PORT: String(api),
    NIGHTSHIFT_POSTGRES_PORT: String(postgres),
    NIGHTSHIFT_TEMPORAL_PORT: String(temporal),
    NIGHTSHIFT_TEMPORAL_UI_PORT: String(ui),
  };
  const child = spawn(process.execPath, [up], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NIGHTSHIFT_HOME: data,
      LOG_LEVEL: 'warn',
      OPENAI_BASE_URL: inject('model'),
      OPENAI_API_KEY: 'offline',
      ...(first ? ports : { NIGHTSHIFT_PORT: String(api) }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  }
  return vi.waitFor(() => {
    expect(child.exitCode, printed).toBeNull();
    const { url, api_key } = credentials();
    expect(url, printed).toContain(`:${api}`);
    return new Caller(url, api_key);
  }, PATIENT);
}

async function stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (!running || running.exitCode !== null || running.signalCode !== null) return;
  running.kill(signal);
  await once(running, 'exit');
}

function credentials(): Json {
  return JSON.parse(readFileSync(join(data, 'credentials.json'), 'utf8'));
}

function pids(): { name: string; pid: number }[] {
  return readdirSync(join(data, 'run'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      name: file.replace('.json', ''),
      pid: JSON.parse(readFileSync(join(data, 'run', file), 'utf8')).pid,
    }));
}

function pidOf(name: string): number {
  return pids().find((one) => one.name === name)?.pid ?? 0;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('the first start gives credentials, links and a run that completes', async () => {
  const api = await start();
  expect(statSync(join(data, 'credentials.json')).mode & 0o777).toBe(0o600);
  const given = credentials();
  expect(Object.keys(given).sort()).toEqual(
    ['api_key', 'openapi', 'organisation_id', 'project_id', 'temporal_ui', 'url', 'user_id'].sort(),
  );
  for (const value of [given.url, given.temporal_ui, given.api_key]) expect(printed).toContain(value);
  expect((await fetch(given.temporal_ui)).status).toBe(200);
  expect((await fetch(given.openapi)).status).toBe(200);
  expect((await api.get('/api/health/ready')).status).toBe(200);
  const run = await api.start({
    agent: 'self_check',
    input: { steps: 3, model_calls: 1 },
    project_id: given.project_id,
  });
  expect(await api.ended(run.id)).toMatchObject({
    status: 'completed',
    result: { steps_done: 3, effects: 3 },
  });
}, 180_000);

test('200 runs in flight, then kill -9 of the worker, then of everything, then start: all complete once', async () => {
  const [url, key] = [credentials().url, credentials().api_key];
  const api = new Caller(url, key);
  const input = { steps: 10, delay_ms: 300 };
  const begin = () => api.start({ agent: 'self_check', input });
  const ids: string[] = [];
  for (let batch = 0; batch < 10; batch += 1) {
    ids.push(...(await Promise.all(Array.from({ length: 20 }, begin))).map(({ id }) => id));
  }
  await vi.waitFor(async () => {
    const { body } = await api.get('/api/agent-runs?status=running&limit=200');
    expect(body.active.length).toBeGreaterThan(20);
  }, PATIENT);

  const worker = pidOf('worker');
  process.kill(worker, 'SIGKILL');
  await vi.waitFor(() => {
    expect(pidOf('worker')).not.toBe(worker);
    expect(alive(pidOf('worker'))).toBe(true);
  }, PATIENT);
  expect(printed).toMatch(/worker/);

  const all = pids();
  await stop('SIGKILL');
  for (const { pid } of all) if (alive(pid)) process.kill(pid, 'SIGKILL');
  await vi.waitFor(() => expect(all.filter(({ pid }) => alive(pid))).toEqual([]), PATIENT);

  const again = await start();
  for (const id of ids) {
    const run = await again.ended(id, 240_000);
    expect(run, JSON.stringify(run)).toMatchObject({
      status: 'completed',
      result: { steps_done: 10, effects: 10 },
    });
    const events = await again.events(id);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(({ type }) => type === 'background_run_completed')).toHaveLength(1);
  }
}, 420_000);

test('a stop in order leaves nothing behind, and the next start keeps the key and the runs', async () => {
  const before = credentials();
  const all = pids();
  await stop('SIGTERM');
  expect(running?.exitCode).toBe(0);
  expect(all.filter(({ pid }) => alive(pid))).toEqual([]);
  const api = await start();
  expect(credentials().api_key).toBe(before.api_key);
  const { body } = await api.get('/api/agent-runs?limit=5');
  expect(body.recent).toHaveLength(5);
}, 180_000);

test('a second start with the same folder says who holds it', async () => {
  const second = spawn(process.execPath, [up], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NIGHTSHIFT_HOME: data },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [second.stdout, second.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  await once(second, 'exit');
  expect(second.exitCode).toBe(1);
  expect(said).toContain('NIGHTSHIFT_HOME');
  expect(said).toContain(String(running?.pid));
}, 60_000);
