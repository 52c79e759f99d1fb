import { setTimeout as pause } from 'node:timers/promises';

interface Wait {
  withinMs: number;
  everyMs?: number;
  signal?: AbortSignal;
}

/** Asks again and again until the answer is yes; false when the time is up. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { withinMs, everyMs = 25, signal }: Wait,
): Promise<boolean> {
  const end = performance.now() + withinMs;
  for (;;) {
    signal?.throwIfAborted();
    if (await condition()) return true;
    if (performance.now() >= end) return false;
    await pause(everyMs, undefined, { signal });
  }
}
