/** One of the two sides that are compared. */
export interface Side {
  /** Waits from the request to the moment when the end is seen. */
  execute(): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds of each run, one after the other. */
export async function oneAtATime(side: Side, count: number, signal: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  while (times.length < count) {
    signal.throwIfAborted();
    const began = performance.now();
    await side.execute();
    times.push(performance.now() - began);
  }
  return times;
}

/** Runs per second, with `width` always under way until the last have begun. */
export async function inFlight(
  side: Side,
  width: number,
  count: number,
  signal: AbortSignal,
): Promise<number> {
  let left = count;
  const began = performance.now();
  const lane = async () => {
    while (left > 0) {
      signal.throwIfAborted();
      left -= 1;
      await side.execute();
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return (count * 1000) / (performance.now() - began);
}
