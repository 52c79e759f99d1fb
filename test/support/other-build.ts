import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Makes another build of the product: the shipped files, some of them changed. */
export function otherBuild(id: string, changes: Record<string, (text: string) => string>) {
  const folder = mkdtempSync(join(tmpdir(), 'other-build-'));
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'dist/build-id'), id);
  for (const [name, change] of Object.entries(changes)) {
    const path = join(folder, 'dist', name);
    const before = readFileSync(path, 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`nothing of ${name} was changed`);
    writeFileSync(path, after);
  }
  return { dist: join(folder, 'dist'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
