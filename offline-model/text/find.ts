import type { Json } from '../schema/types.js';
import { type KeyedValue, sourceOfJson, type TextSource } from './source.js';
import { stem, termsOf } from './words.js';

function stems(words: string[]): string {
  return words.map(stem).join(' ');
}

const endsWith = (long: string, short: string): boolean => long === short || long.endsWith(` ${short}`);

/**
 * Scores how well a pair's key matches a name: 5 for the same words, 1 for words of its description, 0 for no match.
 */
function likeness(pair: KeyedValue, name: string, about: Set<string>): number {
  const key = stems(pair.key);
  if (key === name) return 5;
  const path = stems(pair.path);
  if (path === name) return 4;
  if (key.length >= 3 && (endsWith(name, key) || endsWith(key, name))) return 3;
  if (key.length >= 3 && name.startsWith(`${key} `)) return 2;
  return about.size > 0 && pair.key.length > 0 && pair.key.every((word) => about.has(stem(word))) ? 1 : 0;
}

/** The values under a name, best fit first, in the order of the text among equals. */
export function valuesOf(source: TextSource, words: string[], description = ''): Json[] {
  const name = stems(words);
  const about = new Set(termsOf(description));
  if (name === '') return [];
  return source.pairs
    .map((pair, index) => ({ pair, index, likeness: likeness(pair, name, about) }))
    .filter((found) => found.likeness > 0)
    .sort((a, b) => b.likeness - a.likeness || a.index - b.index)
    .map(({ pair }) => pair.value);
}

/** Returns everything that the source holds under a name: an object or list of its JSON, or a section of its text. */
export function partOf(source: TextSource, words: string[]): TextSource | undefined {
  const value = valuesOf(source, words).find((found) => typeof found === 'object' && found !== null);
  if (value !== undefined) return sourceOfJson(value);
  const name = stems(words);
  if (name === '') return undefined;
  const section =
    source.sections.find(({ title }) => stems(title) === name) ??
    source.sections.find(({ title }) => endsWith(stems(title), name) || endsWith(name, stems(title)));
  return section?.read();
}
