import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';

const MOST_BYTES = 10 * 1024 * 1024;
/** `<name>.log.1` is the latest of those before. */
const MOST_KEPT = 4;

export const logPath = (home: string, name: string) => join(home, 'logs', `${name}.log`);

/** Opened for appending; a log that has grown too large is set aside first. */
export function openLog(home: string, name: string): number {
  mkdirSync(join(home, 'logs'), { recursive: true, mode: 0o700 });
  const path = logPath(home, name);
  const file = openSync(path, 'a', 0o600);
  if (fstatSync(file).size <= MOST_BYTES) return file;
  closeSync(file);
  rotate(path);
  return openSync(path, 'a', 0o600);
}

/**
 * Sets a log aside while its process writes to it: the process holds the file open for appending, so the file is copied
 * and emptied, and goes on from its beginning. A line that is written between the two is lost.
 */
export function rotateLarge(home: string, name: string, most = MOST_BYTES): boolean {
  const path = logPath(home, name);
  if (!existsSync(path) || statSync(path).size <= most) return false;
  rotate(path);
  return true;
}

function rotate(path: string): void {
  for (let number = MOST_KEPT - 1; number >= 1; number -= 1)
    if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
}

/** The last lines, for an error that a person reads. */
export function endOfLog(home: string, name: string, lines = 12): string {
  try {
    return readFileSync(logPath(home, name), 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
