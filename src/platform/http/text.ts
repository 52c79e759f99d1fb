import { z } from 'zod';

const MOST_LEVELS = 100;

/** PostgreSQL can keep this text unchanged: it has no NUL and no half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes('\u0000') && !/\p{Surrogate}/u.test(text);
}

/**
 * Checks every key and string of a JSON value like `isStorable`; the value also nests no deeper than can be written
 * back.
 */
export function isStorableJson(value: unknown): boolean {
  const left: { value: unknown; level: number }[] = [{ value, level: 1 }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { value: part, level } = next;
    if (typeof part === 'string' && !isStorable(part)) return false;
    if (part === null || typeof part !== 'object') continue;
    if (level > MOST_LEVELS || !Object.keys(part).every(isStorable)) return false;
    for (const inner of Object.values(part)) left.push({ value: inner, level: level + 1 });
  }
  return true;
}

const STORABLE = 'must not hold a NUL character or half of a surrogate pair';

/** Text that comes back as it was sent. */
export const plain = (max: number) => z.string().min(1).max(max).refine(isStorable, STORABLE);
export const plainTrimmed = (max: number) => z.string().trim().min(1).max(max).refine(isStorable, STORABLE);

/** A longer text, which may be empty; its size is that of its stored form. */
export const plainBody = (most: number) =>
  z
    .string()
    .max(most)
    .refine(isStorable, STORABLE)
    .refine((text) => Buffer.byteLength(text) <= most, `must not be longer than ${most} bytes in UTF-8`);

export const plainObject = () =>
  z
    .record(z.string(), z.unknown())
    .refine(isStorableJson, `${STORABLE}, nor nest deeper than ${MOST_LEVELS} levels`);
