import { storable } from '../../workflows/contract/storable.js';

/** What a model or a person wrote, as it can be kept and read: storable, and not too long. */

const cut = (text: string, most: number) => [...text].slice(0, most).join('').trim();

/** One line. */
export function lineOf(text: string, most: number): string {
  return cut(
    storable(text)
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim(),
    most,
  );
}

/** With its paragraphs. */
export function proseOf(text: string, most: number): string {
  return cut(
    storable(text)
      .replace(/\r\n?/g, '\n')
      .replace(/[^\P{Cc}\n\t]/gu, ' ')
      .trim(),
    most,
  );
}

/** The same for two texts that differ only in case, signs and spaces. */
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
