import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const mostBytes = 10 * 1024 * 1024;

export const logPath = (home: string, name: string) => join(home, 'logs', `${name}.log`);

/** Opened for appending; a log that has grown too large becomes `<name>.log.1` first. */
export function openLog(home: string, name: string): number {
  mkdirSync(join(home, 'logs'), { recursive: true, mode: 0o700 });
  const path = logPath(home, name);
  const file = openSync(path, 'a', 0o600);
  if (fstatSync(file).size <= mostBytes) return file;
  closeSync(file);
  renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

/** The last lines, for an error that a person reads. */
export function endOfLog(home: string, name: string, lines = 12): string {
  try {
    return readFileSync(logPath(home, name), 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
