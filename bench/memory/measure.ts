import type { Figures } from '../harness/processes.js';
import { mostResident, resident } from '../harness/resident.js';
import { type RestSizes, rest } from '../harness/rest.js';
import type { WarmUpSizes } from '../harness/sides/rounds.js';
import { inFlight } from '../harness/sides/side.js';
import { withWarmSides } from '../harness/sides/with-sides.js';
import type { BenchStack } from '../harness/stack.js';

export interface MemoryFigures {
  at_rest: Figures;
  under_load: Figures;
}

interface MemorySizes extends WarmUpSizes, RestSizes {
  load_runs: number;
}

export async function measureMemory(bench: BenchStack, sizes: MemorySizes): Promise<MemoryFigures> {
  const pids = bench.pids('api', 'worker');
  await bench.step('at rest', () => rest(bench, sizes));
  const at_rest = resident(pids);
  const { most } = await withWarmSides(bench, sizes, ({ ours }) => {
    const loading = () => inFlight(ours, sizes.in_flight, sizes.load_runs, bench.signal);
    return bench.step('memory load', () => mostResident(pids, loading));
  });
  return { at_rest, under_load: most };
}
