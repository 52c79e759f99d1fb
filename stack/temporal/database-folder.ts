import { chmodSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** SQLite keeps a database in up to three files; the last of these is the database itself. */
const SUFFIXES = ['-wal', '-shm', ''];

/**
 * Makes the folder that only the account of the server can enter, and answers the path of the database in it. Earlier
 * versions kept the database in the home itself, which other accounts pass through: it is moved, the file that decides
 * whether there is anything to move last.
 */
export function makeDatabaseFolder(home: string): string {
  const folder = join(home, 'temporal');
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o700);
  const database = join(folder, 'temporal.sqlite');
  const earlier = join(home, 'temporal.sqlite');
  const moves = !existsSync(database);
  for (const suffix of SUFFIXES) {
    const [from, to] = [`${earlier}${suffix}`, `${database}${suffix}`];
    if (moves && existsSync(from)) renameSync(from, to);
    for (const path of [from, to]) if (existsSync(path)) chmodSync(path, 0o600);
  }
  return database;
}
