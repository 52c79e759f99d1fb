import { setTimeout as pause } from 'node:timers/promises';
import type { BenchStack } from './stack.js';

export interface RestSizes {
  rest_seconds: number;
}

export const restSizes = { full: { rest_seconds: 8 }, quick: { rest_seconds: 2 } };

/** Lets the processes come to rest before their memory is read. */
export async function rest({ signal }: BenchStack, { rest_seconds }: RestSizes): Promise<void> {
  await pause(rest_seconds * 1000, undefined, { signal });
}
