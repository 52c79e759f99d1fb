import { createHash } from 'node:crypto';

/** The beginning of a text, with a mark where it goes on; measured as it is sent. */
export function extract(text: string, most_bytes: number): string {
  if (Buffer.byteLength(text) <= most_bytes) return text;
  const cut = Buffer.from(text)
    .subarray(0, most_bytes)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
  return `${cut}… [cut]`;
}

/** The first of a list that fit, in the order that they have. */
export function fitting<T>(items: readonly T[], most_bytes: number): T[] {
  let left = most_bytes;
  return items.filter((item) => {
    left -= Buffer.byteLength(JSON.stringify(item));
    return left >= 0;
  });
}

/** A model’s words as they can be stored. */
export function storable(text: string | null, most_characters: number): string {
  const plain = (text ?? '')
    .replaceAll('\u0000', '')
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .trim();
  return [...plain].slice(0, most_characters).join('');
}

/** The same words make the same key, however they are spaced. */
export function digestOf(text: string): string {
  const words = text.toLowerCase().replace(/\s+/g, ' ').trim();
  return createHash('sha256').update(words).digest('hex').slice(0, 32);
}

/** What a text is about, as far as single words tell. */
export function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{4,40}/gu) ?? [];
  return [...new Set(words)].slice(0, 500);
}
