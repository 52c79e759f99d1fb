import type { Figures } from '../harness/processes.js';
import { reportSection } from '../harness/section.js';
import { runSizes } from '../harness/sides/with-sides.js';
import type { FloorResults } from './summary.js';

export function floorLines(results: FloorResults): string[] {
  return [...absoluteLines(results), ...cpuLines(results)];
}

function absoluteLines({ floor, ours }: FloorResults): string[] {
  const rows = [
    ['p50 latency, ms', floor.p50_ms, ours.p50_ms],
    ['p95 latency, ms', floor.p95_ms, ours.p95_ms],
    [`runs/s, ${runSizes.full.in_flight} in flight`, floor.runs_per_second, ours.runs_per_second],
  ] as const;
  return reportSection(
    ['Absolute', 'floor', 'ours'],
    rows.map(([name, one, other]) => [name, one.toFixed(1), other.toFixed(1)]),
  );
}

function cpuLines({ floor, ours, archive }: FloorResults): string[] {
  const columns = [floor.cpu_ms_per_run, ours.cpu_ms_per_run, archive.cpu_ms];
  const names = Object.keys(floor.cpu_ms_per_run);
  const rows = names.map((name) => [name, ...columns.map((column) => notBelowZero(column[name] ?? 0))]);
  const sums = ['all', ...columns.map((column) => notBelowZero(total(column)))];
  const head = ['CPU ms per run, under load', 'floor', 'ours', 'archive'];
  return [
    ...reportSection(head, rows.length > 0 ? [...rows, sums] : []),
    `  archive: ${archive.runs} runs caught up with at ${(1000 / archive.wall_ms).toFixed(0)} runs/s`,
  ];
}

/** The estimate of what idling takes can exceed what was taken in all. */
const notBelowZero = (value: number) => Math.max(value, 0).toFixed(1);

const total = (figures: Figures) => Object.values(figures).reduce((sum, value) => sum + value, 0);
