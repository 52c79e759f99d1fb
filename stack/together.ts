/** Waits for all; when one fails the others are given up and waited for, so that nothing is still starting. */
export async function together<T extends readonly Promise<unknown>[]>(
  signal: AbortSignal,
  start: (signal: AbortSignal) => T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const giveUp = new AbortController();
  const parts = start(AbortSignal.any([signal, giveUp.signal]));
  try {
    return await Promise.all(parts);
  } catch (error) {
    giveUp.abort();
    await Promise.allSettled(parts);
    throw error;
  }
}
