import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The checkout, whether this file runs from the sources or from `dist/`. */
export const root = findRoot(import.meta.dirname);

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'build', 'temporal', 'go.mod'))) return folder;
  if (dirname(folder) === folder) throw new Error('The folder with build/temporal/go.mod was not found');
  return findRoot(dirname(folder));
}
