import { chownSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { endProcess, postgresStop } from '../end-process.js';
import { commandOf, identify, isRunning } from '../process-identity.js';
import { runToEnd } from '../run-to-end.js';
import { initdbOf } from './binaries.js';
import type { ClusterFiles } from './place.js';

/** Written as the last act of making a cluster: without it, what is there is a broken attempt. */
const marker = 'nightshift-ready';

export const postgresEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  LC_ALL: 'C',
  TZ: 'UTC',
});

export async function makeCluster(place: ClusterFiles, home: string, password: string, signal?: AbortSignal) {
  const { data, binaries, account } = place;
  if (existsSync(join(data, marker))) return checkVersion(data, binaries.version);
  for (const entry of readdirSync(data))
    rmSync(join(data, entry), { recursive: true, force: true, maxRetries: 5 });
  const passwordFile = join(dirname(data), 'postgres.password');
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, password, { mode: 0o600, flag: 'wx' });
  try {
    if (account) chownSync(passwordFile, account.uid, account.gid);
    const args = [
      `--pgdata=${data}`,
      `--pwfile=${passwordFile}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--data-checksums',
      '--no-instructions',
    ];
    const errand = {
      name: 'initdb',
      command: initdbOf(binaries),
      args,
      env: postgresEnvironment(),
      cwd: '/',
      account,
    };
    await runToEnd(errand, home, signal);
    writeFileSync(join(data, marker), `${binaries.version}\n`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function checkVersion(data: string, version: string): void {
  const made = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  const major = version.split('.')[0];
  if (made === major) return;
  throw new Error(
    `${data} was made by PostgreSQL ${made}, and this is ${major}: dump it with ${made} and restore it here`,
  );
}

/** Ends a server that still works on this data; a lock file that names any other process is removed. */
export async function freeCluster(data: string): Promise<void> {
  const lock = join(data, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  const server = identify(pid);
  if (isRunning(server) && commandOf(pid).includes(`-D ${data} `)) {
    const ended = await endProcess(pid, () => isRunning(server), postgresStop);
    if (!ended) throw new Error(`PostgreSQL (pid ${pid}) still works on ${data} and cannot be ended`);
  }
  rmSync(lock, { force: true });
}
