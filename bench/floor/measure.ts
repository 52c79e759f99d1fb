import { type Both, type Load, latencies, load, type RoundSizes } from '../harness/sides/rounds.js';
import { withWarmSides } from '../harness/sides/with-sides.js';
import type { BenchStack } from '../harness/stack.js';

export interface FloorFigures {
  latencies: Both<number[][]>;
  load: Load;
}

/** Runs without a model beside a bare workflow: one at a time, then many in flight. */
export function measureFloor(bench: BenchStack, sizes: RoundSizes): Promise<FloorFigures> {
  return withWarmSides(bench, sizes, async (sides) => ({
    latencies: await bench.step('latency', () => latencies(bench, sides, sizes)),
    load: await bench.step('load', () => load(bench, sides, sizes)),
  }));
}
