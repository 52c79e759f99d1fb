import type { JsonObject } from '../schema/types.js';

/** The parts of a text that lists and headings make. */
export type Block =
  | { kind: 'item'; text: string }
  | { kind: 'row'; cells: JsonObject }
  | { kind: 'group'; text: string }
  | { kind: 'section'; title: string; level: number; text: string };

const ITEM = /^\s*(?:[-*•+]|\d{1,3}[.)])\s+(\S.*)$/;
const HEADING = /^(#{1,6})\s+(\S.*?)\s*#*$/;
const LABEL = /^[*_]{0,2}([A-Z][\w ,/'()-]{1,60}):[*_]{0,2}\s*$/;
const KEYED = /^\s*[A-Za-z][\w /-]{0,40}:\s+\S/;
const LABEL_LEVEL = 7;
const MOST_ELEMENTS = 200;
const MOST_SECTIONS = 400;

function itemsIn(lines: string[]): Block[] {
  const items: { kind: 'item'; text: string }[] = [];
  let open = false;
  for (const line of lines) {
    const text = ITEM.exec(line)?.[1];
    if (text !== undefined) items.push({ kind: 'item', text });
    const last = items.at(-1);
    if (text === undefined && open && last && /^\s{2,}\S/.test(line)) last.text += `\n${line.trim()}`;
    open = text !== undefined || (open && /^\s{2,}\S/.test(line));
  }
  return items;
}

function cellsOf(line: string): string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());
}

function rowsIn(lines: string[]): Block[] {
  const rows: Block[] = [];
  let header: string[] | undefined;
  for (const line of lines) {
    if (!/^\s*\|.*\|\s*$/.test(line)) header = undefined;
    else if (!header) header = cellsOf(line);
    else if (!/^[\s|:-]+$/.test(line)) {
      const cells = cellsOf(line);
      rows.push({ kind: 'row', cells: Object.fromEntries(header.map((key, at) => [key, cells[at] ?? ''])) });
    }
  }
  return rows;
}

function groupsIn(text: string): Block[] {
  return text.split(/\n\s*\n/).flatMap((part) => {
    const keyed = part.split('\n').filter((line) => KEYED.test(line) && !ITEM.test(line));
    return keyed.length < 2 ? [] : [{ kind: 'group' as const, text: part }];
  });
}

function headingOf(line: string): { title: string; level: number } | undefined {
  const heading = HEADING.exec(line);
  if (heading) return { title: heading[2] ?? '', level: heading[1]?.length ?? 1 };
  const label = LABEL.exec(line)?.[1];
  return label === undefined ? undefined : { title: label, level: LABEL_LEVEL };
}

function sectionsIn(lines: string[]): Block[] {
  const headings = lines.flatMap((line, at) => {
    const heading = headingOf(line);
    return heading ? [{ ...heading, at }] : [];
  });
  return headings.slice(0, MOST_SECTIONS).map(({ title, level, at }, index) => {
    const next = headings.find((other, later) => later > index && other.level <= level)?.at;
    return { kind: 'section', title, level, text: lines.slice(at + 1, next).join('\n') };
  });
}

/** Elements such as <tickets>…</tickets>; those within an element belong to it. */
function elementsIn(text: string): Block[] {
  const found: Block[] = [];
  const opening = /<([A-Za-z][\w-]{1,40})(?:\s[^<>]{0,200})?>/g;
  for (let tries = 0; tries < MOST_ELEMENTS; tries++) {
    const tag = opening.exec(text);
    if (!tag) break;
    const start = opening.lastIndex;
    const end = text.indexOf(`</${tag[1]}>`, start);
    if (end === -1) continue;
    found.push({ kind: 'section', title: tag[1] ?? '', level: 0, text: text.slice(start, end) });
    opening.lastIndex = end;
  }
  return found;
}

/** Returns the blocks of the text; one line may belong to several. */
export function blocksOf(text: string): Block[] {
  const lines = text.split(/\r?\n/);
  return [...itemsIn(lines), ...rowsIn(lines), ...groupsIn(text), ...sectionsIn(lines), ...elementsIn(text)];
}
