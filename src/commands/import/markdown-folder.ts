import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { MOST_TITLE } from '../../workspace/docs/doc.dto.js';

interface MarkdownFile {
  /** The path within the folder. */
  path: string;
  title: string;
  body: string;
}

/** Returns every markdown file below the folder, ordered by path; hidden folders are left out. */
export async function markdownPaths(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(md|markdown)$/i.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => path.split(/[\\/]/).every((part) => !part.startsWith('.') && part !== 'node_modules'))
    .sort();
}

/** Bytes that are no UTF-8 are refused: they would not come back as they were. */
export async function readMarkdown(folder: string, path: string): Promise<MarkdownFile> {
  const bytes = await readFile(join(folder, path));
  try {
    const body = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { path, body, title: firstHeading(body) ?? basename(path, extname(path)) };
  } catch {
    throw new Error('is not text in UTF-8');
  }
}

/** Outside of fenced code, where a `#` is no heading. */
function firstHeading(text: string): string | null {
  let fence: string | null = null;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [, mark] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (mark && fence === null) fence = mark;
    else if (mark && fence !== null && mark.startsWith(fence)) fence = null;
    if (fence !== null || mark) continue;
    const [, heading] = /^ {0,3}#{1,6}[ \t]+(.*)$/.exec(line) ?? [];
    const title = heading?.replace(/[ \t]+#+[ \t]*$/, '').trim();
    if (title) return shortened(title, MOST_TITLE);
  }
  return null;
}

/** A title that an earlier file has already is told apart by the file's path. */
export function distinctTitle(taken: Set<string>, { title, path }: MarkdownFile): string {
  const suffix = ` (${shortened(path, 200)})`;
  const own = taken.has(title) ? shortened(title, MOST_TITLE - suffix.length) + suffix : title;
  taken.add(own);
  return own;
}

/** The cut never leaves half of a surrogate pair. */
function shortened(text: string, most: number): string {
  return text
    .slice(0, most)
    .replace(/\p{Surrogate}$/u, '')
    .trim();
}
