import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { runToEnd } from '../run-to-end.js';
import type { Getting } from './download.js';
import { atLeast, moduleFolder, wantedVersions } from './version.js';

const run = promisify(execFile);

/** Go can fetch a newer toolchain by itself since this version. */
const firstSwitchingGo = '1.21';

/** The binary appears under its name only when it is complete. */
export async function buildTemporal({ version, path, home, log, signal }: Getting): Promise<void> {
  await checkGo();
  mkdirSync(dirname(path), { recursive: true });
  const folder = mkdtempSync(join(dirname(path), 'build-'));
  const began = performance.now();
  const seconds = () => Math.round((performance.now() - began) / 1000);
  log(`building Temporal ${version} with Go: about 5 minutes, once on this machine`);
  const progress = setInterval(() => log(`building Temporal ${version}: ${seconds()} s`), 15_000);
  try {
    const draft = join(folder, 'temporal');
    const args = [
      'build',
      '-trimpath',
      '-ldflags=-s -w',
      '-o',
      draft,
      'github.com/temporalio/cli/cmd/temporal',
    ];
    const env = { ...goEnvironment(), CGO_ENABLED: '0' };
    await runToEnd({ name: 'go-build', command: 'go', args, env, cwd: moduleFolder }, home, signal);
    renameSync(draft, path);
    log(`built Temporal ${version} in ${seconds()} s`);
  } finally {
    clearInterval(progress);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function checkGo(): Promise<void> {
  const { go: least } = wantedVersions();
  const answer = await run('go', ['env', 'GOVERSION', 'GOTOOLCHAIN'], { env: goEnvironment() }).catch(
    () => undefined,
  );
  if (answer === undefined) throw new Error('there is no go on PATH');
  const [version = '', toolchain = ''] = answer.stdout.trim().replace(/^go/, '').split('\n');
  if (atLeast(version, least)) return;
  if (atLeast(version, firstSwitchingGo) && toolchain !== 'local') return;
  throw new Error(`go is ${version}, and ${least} is needed`);
}

/** Settings of Go and of the way to the network; nothing else is passed on. */
function goEnvironment(): NodeJS.ProcessEnv {
  const wanted = /^(GO.*|PATH|HOME|TMPDIR|XDG_\w+|\w*_proxy|SSL_CERT_\w+|GIT_\w+)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => wanted.test(name)));
}
