import type { PartSummary } from '../harness/part.js';
import type { Figures } from '../harness/processes.js';
import type { Load, Sides } from '../harness/sides/rounds.js';
import { median, p50, p95, ratioOfSides } from '../harness/stats.js';
import type { FloorFigures } from './measure.js';

interface SideResults {
  p50_ms: number;
  p95_ms: number;
  runs_per_second: number;
  cpu_ms_per_run: Figures;
}

export interface FloorResults extends Record<keyof Sides, SideResults> {
  archive: Load['archive'];
}

const words = {
  throughput: { title: 'throughput, ours / floor', target: '≥ 1.00' },
  p50: { title: 'p50 latency, ours / floor', target: '≤ 1.15' },
  p95: { title: 'p95 latency, ours / floor', target: '' },
};

export function floorSummary({ latencies, load }: FloorFigures): PartSummary<FloorResults> {
  const { ours, floor } = latencies;
  const side = (name: keyof Sides): SideResults => ({
    p50_ms: p50(latencies[name].flat()),
    p95_ms: p95(latencies[name].flat()),
    runs_per_second: median(load.runs_per_second[name]),
    cpu_ms_per_run: load.cpu_ms[name],
  });
  return {
    ratios: {
      throughput: ratioOfSides(words.throughput, load.runs_per_second.ours, load.runs_per_second.floor),
      p50: ratioOfSides(words.p50, ours.map(p50), floor.map(p50)),
      p95: ratioOfSides(words.p95, ours.map(p95), floor.map(p95)),
    },
    results: { floor: side('floor'), ours: side('ours'), archive: load.archive },
  };
}
