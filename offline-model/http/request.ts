import type { z } from 'zod';
import { WireError } from './errors.js';

type Issue = z.core.$ZodIssue;

/** The issue deepest inside a union, which says most about what was meant. */
function deepest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors.flat().map((one) => deepest({ ...one, path: [...issue.path, ...one.path] }));
  return inner.toSorted((a, b) => b.path.length - a.path.length)[0] ?? issue;
}

function pathOf(issue: Issue): string {
  return issue.path.reduce<string>(
    (path, part) =>
      typeof part === 'number' ? `${path}[${part}]` : path === '' ? String(part) : `${path}.${String(part)}`,
    '',
  );
}

/** Checks a body, or answers 400 in OpenAI's words, naming the parameter. */
export function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = deepest(result.error.issues[0] as Issue);
  const param = pathOf(issue);
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
    throw new WireError('missing', { param });
  if (issue.code === 'invalid_type')
    throw new WireError('wrongType', { param, words: `'${param}': expected ${issue.expected}.` });
  const name = issue.code === 'too_small' && issue.origin === 'number' ? 'belowMinimum' : 'wrongValue';
  throw new WireError(name, { param, words: `Invalid '${param}': ${issue.message}.` });
}
