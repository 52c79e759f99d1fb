import type { KeyedValue } from './source.js';
import { nameWords } from './words.js';

const LINE =
  /^\s*(?:(?:[-*•+]|\d{1,3}[.)])\s+)?[*_]{0,2}([A-Za-z][\w /-]{0,40}?)[*_]{0,2}\s*(?:[:=]\s+|:[*_]{2}\s*|=)(\S.*)$/;
const INLINE = /(?<![\w/])([A-Za-z][\w-]{0,30}(?: [\w-]{1,20})?)\s*(?::\s+|=)\s*("[^"]*"|[^,;|()[\]\n]+)/g;
const ITEM = /^\s*(?:[-*•+]|\d{1,3}[.)])\s+/;
const MOST_KEY_WORDS = 4;

function pair(name: string, written: string): KeyedValue | undefined {
  const key = nameWords(name);
  const value = written.trim().replace(/^(["'`*_]{1,2})(.*)\1[,;]?$/, '$2');
  return key.length > MOST_KEY_WORDS || value === '' ? undefined : { key, path: key, value };
}

/** The pair that a line as a whole states. */
function wholePair(line: string): KeyedValue[] {
  const parts = LINE.exec(line);
  const stated = parts && pair(parts[1] ?? '', parts[2] ?? '');
  return stated ? [stated] : [];
}

/** Reads the statement of a line; a list line with several pairs describes only its own thing. */
export function linePairs(line: string): KeyedValue[] {
  const [whole, inline] = [wholePair(line), inlinePairs(line)];
  if (ITEM.test(line)) return inline.length > 1 ? [] : whole;
  return whole.length > 0 ? whole : inline;
}

/** Returns all pairs in a line; if there are several, the inner ones come before the line as a whole. */
export function keyedValuesIn(line: string): KeyedValue[] {
  const [whole, inline] = [wholePair(line), inlinePairs(line)];
  return inline.length > 1 ? [...inline, ...whole] : [...whole, ...inline];
}

/** Pairs within a line, as in "(status: open, owner=dana)". */
function inlinePairs(line: string): KeyedValue[] {
  return [...line.matchAll(INLINE)].flatMap((parts) => pair(parts[1] ?? '', parts[2] ?? '') ?? []);
}
