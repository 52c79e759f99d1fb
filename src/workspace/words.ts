/** Makes the words of a model or a person storable, and not too long. */

import { storable } from '../../workflows/contract/storable.js';
import { hexDigestOf } from '../platform/digest.js';

const cut = (text: string, most: number) => [...text].slice(0, most).join('').trim();

/** Returns one line. */
export function lineOf(text: string, most: number): string {
  return cut(
    storable(text)
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim(),
    most,
  );
}

/** Returns text with its paragraphs. */
export function proseOf(text: string, most: number): string {
  return cut(
    storable(text)
      .replace(/\r\n?/g, '\n')
      .replace(/[^\P{Cc}\n\t]/gu, ' ')
      .trim(),
    most,
  );
}

/** Two texts that differ only in case, signs and spaces have the same normalised form. */
export function normalised(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}

/** The first of them, as many as fit into so many bytes of JSON. */
export function bounded<T>(items: readonly T[], most_bytes: number): T[] {
  let left = most_bytes;
  const over = items.findIndex((item) => {
    left -= Buffer.byteLength(JSON.stringify(item)) + 1;
    return left < 0;
  });
  return over === -1 ? [...items] : items.slice(0, over);
}

/** The beginning of a text, with a mark where it goes on; measured as it is sent. */
export function extract(text: string, most_bytes: number): string {
  if (Buffer.byteLength(text) <= most_bytes) return text;
  const cut = Buffer.from(text)
    .subarray(0, most_bytes)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
  return `${cut}… [cut]`;
}

/** The words of a text, without case and signs. */
export function wordSet(text: string): Set<string> {
  return new Set(normalised(text).split(' ').filter(Boolean));
}

/** Returns the same digest for two texts that differ only in case, signs and spaces. */
export function normalisedDigest(text: string): string {
  return hexDigestOf(normalised(text));
}

/**
 * Returns the same digest for two texts that differ only in case and spaces; signs count. Keys of stored proposals hold
 * it.
 */
export function textDigest(text: string): string {
  const words = text.toLowerCase().replace(/\s+/g, ' ').trim();
  return hexDigestOf(words).slice(0, 32);
}

/** The words that carry the subject of a text. */
export function keywordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{4,40}/gu) ?? [];
  return [...new Set(words)].slice(0, 500);
}
