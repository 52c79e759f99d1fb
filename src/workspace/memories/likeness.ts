import { normalised, wordSet } from '../words.js';

/** Two memories above this likeness say the same in nearly the same words. */
const NEARLY = 0.8;

/**
 * The share of words that two texts have in common: 1 if they differ only in case, signs and order, 0 if in all words.
 */
export function likeness(a: string, b: string): number {
  const [left, right] = [wordSet(a), wordSet(b)];
  if (left.size === 0 || right.size === 0) return left.size === right.size ? 1 : 0;
  const shared = [...left].filter((word) => right.has(word)).length;
  return shared / (left.size + right.size - shared);
}

type Likeness = 'same' | 'near' | 'other';

export function likenessOf(a: string, b: string): Likeness {
  if (normalised(a) === normalised(b)) return 'same';
  return likeness(a, b) >= NEARLY ? 'near' : 'other';
}

/** The most like it, of those that say nearly the same. */
export function mostAlike<T extends { body: string }>(text: string, among: readonly T[]): T | null {
  let closest: T | null = null;
  let most = NEARLY;
  for (const one of among) {
    const like = likenessOf(text, one.body) === 'same' ? 2 : likeness(text, one.body);
    if (like < most || (like === most && closest !== null)) continue;
    [closest, most] = [one, like];
  }
  return closest;
}
