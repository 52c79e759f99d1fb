import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readJson } from '../../stack/private-file.js';
import { isRunning, type ProcessIdentity } from '../../stack/process-identity.js';
import { root } from '../../stack/root.js';
import { until } from '../../stack/until.js';
import { homeOfTest } from '../support/temporary-home.js';

const built = join(root, 'dist', 'stack', 'main.js');

/** The real supervisor with real PostgreSQL and Temporal, and stand-ins for our own programs. */
function startUp(home: string, settings: Record<string, string> = {}) {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME,
    NIGHTSHIFT_HOME: home,
    ...settings,
  };
  const stdio: ['ignore', 'pipe', 'pipe', 'ipc'] = ['ignore', 'pipe', 'pipe', 'ipc'];
  const child = spawn(process.execPath, [built, join(import.meta.dirname, 'stand-ins')], { env, stdio });
  const said = { text: '' };
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (words) => (said.text += words));
  const ended = once(child, 'exit');
  onTestFinished(() => stop(child, ended));
  return { child, said, ended };
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  await ended;
}

const urlOf = (home: string) => readJson(join(home, 'credentials.json'))?.url as string | undefined;
const isUp = (home: string) => until(() => urlOf(home) !== undefined, { withinMs: 50_000 });

function recorded(home: string): ProcessIdentity[] {
  const files = readdirSync(join(home, 'run'));
  return files.map((file) => readJson(join(home, 'run', file)) as unknown as ProcessIdentity);
}

test('starts, refuses a second start, survives a hard kill, and stops in order', async () => {
  const home = homeOfTest();
  const first = startUp(home);
  expect(await isUp(home), first.said.text).toBe(true);
  expect((await fetch(`${urlOf(home)}/api/health/ready`)).status).toBe(200);

  const second = startUp(home);
  expect((await second.ended)[0]).toBe(1);
  expect(second.said.text).toContain(`already runs on ${home} (pid ${first.child.pid})`);

  const before = recorded(home);
  expect(before).toHaveLength(5);
  first.child.kill('SIGKILL');
  await first.ended;
  const third = startUp(home);
  expect(await until(() => /ready .* s/.test(third.said.text), { withinMs: 50_000 }), third.said.text).toBe(
    true,
  );
  expect(before.filter(isRunning)).toEqual([]);
  expect(third.said.text).toMatch(/ending postgres \(pid \d+\), left over from an earlier start/);

  third.child.kill('SIGINT');
  third.child.kill('SIGINT');
  expect((await third.ended)[0]).toBe(0);
  const stopped = [...third.said.text.matchAll(/(\S+) stopped in/g)].map(([, name]) => name);
  expect(stopped).toEqual(['api', 'worker', 'offline-model', 'temporal', 'postgres']);
  expect(recorded(home)).toEqual([]);
  expect(urlOf(home)).toBeUndefined();
});

test('a bad setting is reported without a stack trace', async () => {
  const { said, ended } = startUp(homeOfTest(), { NIGHTSHIFT_PORT: 'many' });
  expect((await ended)[0]).toBe(1);
  expect(said.text).toMatch(/^These settings cannot be used:\n {2}NIGHTSHIFT_PORT: .*\n$/);
});
