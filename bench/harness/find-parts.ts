import { existsSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type AnyPart, CONDITIONS } from './part.js';

/** Returns every part whose folder is in this one, in the order of measuring. */
export async function findParts(folder: string): Promise<AnyPart[]> {
  const index = `index${extname(import.meta.filename)}`;
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, index)));
  const parts = await Promise.all(names.map((name) => load(join(folder, name, index), name)));
  const place = ({ condition }: AnyPart) => CONDITIONS.indexOf(condition);
  return parts.sort((a, b) => place(a) - place(b) || a.name.localeCompare(b.name));
}

async function load(path: string, name: string): Promise<AnyPart> {
  const { default: part } = (await import(pathToFileURL(path).href)) as { default?: AnyPart };
  if (part?.name !== name) throw new Error(`${path} does not export the part ${name} by default`);
  return part;
}
