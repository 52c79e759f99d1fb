import { isObject, type Json } from '../schema/types.js';
import { findIds } from './ids.js';
import type { TextSource } from './source.js';

/** Two things of like shape, as texts. */
export interface Couple {
  left: string;
  right: string;
}

const LONGEST = 2000;

export function coupleKey({ left, right }: Couple): string {
  return `${left}\0${right}`;
}

/** A record is a couple if it is, or holds, exactly two objects with a common key. */
export function coupleIn({ json, pairs }: TextSource): Couple | undefined {
  const own = pairs.filter(({ key, path }) => key.length === path.length).flatMap(({ value }) => value);
  const [left, right, ...more] = (Array.isArray(json) ? json : own).filter(isObject);
  if (!left || !right || more.length > 0) return undefined;
  return Object.keys(left).some((key) => key in right)
    ? { left: wordsIn(left), right: wordsIn(right) }
    : undefined;
}

/** Collects the text of a thing without the values that only name it. */
function wordsIn(thing: Json): string {
  const texts = textsIn(thing).join('\n').slice(0, LONGEST);
  return findIds(texts).reduce((text, id) => text.replaceAll(id, ' '), texts);
}

function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
