import { afterAll, beforeAll, inject } from 'vitest';
import type { Caller } from './caller.js';
import { TestStack } from './stack.js';

/** The API alone: no worker polls until a test starts one. */
export function useApi(settings: Record<string, string> = {}) {
  const stack = new TestStack(
    { postgres: inject('postgres'), temporal: inject('temporal'), model: inject('model') },
    settings,
  );
  const used = { stack, url: '', api: undefined as unknown as Caller };
  beforeAll(async () => {
    await stack.open();
    used.url = (await stack.startApi()).url;
    used.api = stack.caller(used.url);
  });
  afterAll(() => stack.close());
  return used;
}
