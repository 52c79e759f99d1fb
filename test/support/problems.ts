import { expect } from 'vitest';
import { ERROR_TABLE, type ErrorCode } from '../../workflows/contract/errors.js';
import type { Answer } from './caller.js';

/** A problem document with the code's own status and words; `field` is the one that its errors name. */
export function expectProblem(answer: Answer, code: ErrorCode, field?: string): void {
  const { status, title } = ERROR_TABLE[code];
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ type: `urn:nightshift:error:${code}`, title, status, code });
  expect(answer.body.detail).toMatch(/\S/);
  if (field === undefined) return;
  const fields = answer.body.errors.map((error: { field: string }) => error.field);
  expect(fields, JSON.stringify(answer.body)).toContain(field);
  for (const error of answer.body.errors) expect(error.message).toMatch(/\S/);
}
