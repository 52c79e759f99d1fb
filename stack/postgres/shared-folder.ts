import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { processStartOf } from '../process-identity.js';

/** This folder holds the files that PostgreSQL's account cannot reach in a home or a checkout. */
const folder = '/var/lib/nightshift';

export const sharedFolder = () => passable(folder);

/** Data that was put there at an earlier start; any other folder is its owner's business. */
export function reopen(data: string): void {
  if (dirname(dirname(data)) !== folder) return;
  sharedFolder();
  passable(dirname(data));
}

/** Data of a home, made ready to be entered; it is linked from the home. */
export function sharedData(home: string, log: (line: string) => void): string {
  sharedFolder();
  sweep();
  const place = passable(sharedPlaceOf(home));
  writeFileSync(join(place, 'home'), home);
  const data = join(place, 'postgres');
  setAside(data, log);
  return data;
}

export function sharedPlaceOf(home: string): string {
  return join(folder, createHash('sha256').update(home).digest('hex').slice(0, 16));
}

function passable(path: string): string {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
  return path;
}

/** Data of a home that was deleted is kept, but not taken over. */
function setAside(data: string, log: (line: string) => void): void {
  if (!existsSync(data) || readdirSync(data).length === 0) return;
  const aside = `${data}.left-${Date.now()}`;
  renameSync(data, aside);
  log(`the data of an earlier home at this path was left in ${aside}`);
}

/** The data of a temporary home goes when the home has gone. */
function sweep(): void {
  for (const entry of readdirSync(folder)) {
    const place = join(folder, entry);
    const home = read(join(place, 'home'));
    const temporary = home.startsWith(`${tmpdir()}/`);
    const server = Number(read(join(place, 'postgres', 'postmaster.pid')).split('\n')[0]);
    if (temporary && !existsSync(home) && !(server > 0 && processStartOf(server))) {
      rmSync(place, { recursive: true, force: true });
    }
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
