import type { BenchStack } from '../stack.js';
import { openFloor } from './floor.js';
import { openOurs } from './ours.js';
import { type Sides, type WarmUpSizes, warmUp } from './rounds.js';

/** The sizes that the parts with runs without a model share. */
export const runSizes = {
  full: { warm_up: 200, in_flight: 64, load_runs: 400 },
  quick: { warm_up: 20, load_runs: 96 },
};

/** Floor and ours, warmed up; closed when the work has ended. */
export async function withWarmSides<T>(
  bench: BenchStack,
  sizes: WarmUpSizes,
  work: (sides: Sides) => Promise<T>,
): Promise<T> {
  return withSides(bench, {}, async (sides) => {
    await bench.step('warm-up', () => warmUp(bench, sides, sizes));
    return work(sides);
  });
}

/** Prepares both sides with the same wait in each of their runs: none, or that of one model call. */
export async function withSides<T>(
  bench: BenchStack,
  { waits_ms, input }: { waits_ms?: number; input?: object },
  work: (sides: Sides) => Promise<T>,
): Promise<T> {
  const floor = await openFloor(bench, waits_ms);
  try {
    const ours = await openOurs(bench, input);
    try {
      return await work({ floor, ours });
    } finally {
      await ours.close();
    }
  } finally {
    await floor.close();
  }
}
