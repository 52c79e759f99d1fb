import type { z } from 'zod';
import type { Checked } from '../../../activities/model/own-schema.js';
import { compiled, type JsonSchema } from './compiled.js';
import { isTooMuchWork, TOO_MUCH_WORK } from './work.js';

/** A compiled checker takes some 250 times the memory of its schema's text. */
const MOST_COMPILED_LENGTH = 256 * 1024;
const MOST_ISSUES = 50;
/** The message of an issue may list all that a schema takes. */
const MOST_MESSAGE_LENGTH = 500;
/** The result crosses to the process that others share: defaults must not let it grow without end. */
const MOST_LENGTH = 2 * 1024 * 1024;

/** Holds a value against a person's schema. Called in the schema thread. */
export function checkValue(id: string, schema: JsonSchema, value: unknown): Checked {
  if (isTooMuchWork(schema, value)) return refused(TOO_MUCH_WORK);
  const result = checkerOf(id, schema).safeParse(value);
  if (!result.success) return misfit(result.error.issues);
  const left = lengthLeft(result.data, MOST_LENGTH);
  return left < 0
    ? refused('is longer than 2 MB once the defaults of its schema are filled in')
    : { verdict: 'fits', value: result.data };
}

const refused = (why: string): Checked => ({ verdict: 'refused', why });

/** The part of each issue that a caller gets; the nested issues of alternatives stay here. */
function misfit(issues: z.core.$ZodIssue[]): Checked {
  const listed = issues.slice(0, MOST_ISSUES).map((issue) => {
    const { path, code } = issue;
    const message = issue.message.slice(0, MOST_MESSAGE_LENGTH);
    return 'keys' in issue
      ? { path, code, message, keys: issue.keys.slice(0, MOST_ISSUES) }
      : { path, code, message };
  });
  return { verdict: 'misfits', issues: listed, count: issues.length };
}

/** Returns the rest of so many characters; below zero as soon as a value has more, however large it is. */
function lengthLeft(value: unknown, most: number): number {
  let left = most - 8;
  if (typeof value === 'string') return left - value.length;
  if (typeof value !== 'object' || value === null) return left;
  for (const [name, part] of Object.entries(value)) {
    if (left < 0) return left;
    left = lengthLeft(part, left - (Array.isArray(value) ? 0 : name.length));
  }
  return left;
}

const checkers = new Map<string, { checker: z.ZodType; length: number }>();
let length = 0;

/**
 * `id` names a schema for good, because a published version no longer changes. The least recently used checkers make
 * room.
 */
function checkerOf(id: string, schema: JsonSchema): z.ZodType {
  const known = checkers.get(id) ?? { checker: compiled(schema), length: JSON.stringify(schema).length };
  if (!checkers.delete(id)) length += known.length;
  checkers.set(id, known);
  for (const [oldest, { length: freed }] of checkers) {
    if (length <= MOST_COMPILED_LENGTH) break;
    checkers.delete(oldest);
    length -= freed;
  }
  return known.checker;
}
