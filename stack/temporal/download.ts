import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { root } from '../root.js';
import { until } from '../until.js';

export interface Getting {
  version: string;
  path: string;
  home: string;
  log: (line: string) => void;
  signal?: AbortSignal;
}

/** A download without a byte for this long counts as stuck. */
const silenceMs = 15_000;

/** Lets the SDK fetch its own server, in a process of its own because the SDK cannot be interrupted. */
export async function downloadTemporal({ version, path, log, signal }: Getting): Promise<void> {
  const began = performance.now();
  mkdirSync(dirname(path), { recursive: true });
  const folder = mkdtempSync(join(dirname(path), 'download-'));
  const child = spawn(process.execPath, [join(root, 'build', 'temporal', 'download.mjs'), folder, version], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    const problem = text(child.stderr);
    let size = -1;
    let changed = began;
    const stuckOrEnded = () => {
      const now = sizeOf(folder);
      if (now !== size) changed = performance.now();
      size = now;
      return child.exitCode !== null || performance.now() - changed > silenceMs;
    };
    await until(stuckOrEnded, { withinMs: 600_000, everyMs: 50, signal });
    if (child.exitCode === null) throw new Error('the download host does not answer');
    if (child.exitCode !== 0) throw new Error(reasonOf(await problem));
    const binary = readdirSync(folder)[0];
    if (binary === undefined) throw new Error('nothing was downloaded');
    renameSync(join(folder, binary), path);
    log(`downloaded Temporal ${version} in ${Math.round((performance.now() - began) / 1000)} s`);
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce(
    (sum, file) => sum + (statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

/** The SDK wraps the reason in the same address several times. */
const reasonOf = (words: string) => words.trim().split(': ').slice(-2).join(': ');
