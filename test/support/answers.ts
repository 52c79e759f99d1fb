import { expect } from 'vitest';
import type { Answer, Json } from './caller.js';

/** The body of an answer with this status; another status fails the test. */
export function ok(answer: Answer, status = 200): Json {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  return answer.body;
}
