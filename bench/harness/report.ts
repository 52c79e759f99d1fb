import { indexingLines } from '../indexing/indexing-report.js';
import { modelLines, modelTargets, modelTitles } from '../model/model-report.js';
import { retrievalLines } from '../retrieval/retrieval-report.js';
import { scheduleLines } from '../schedules/schedules-report.js';
import { plantedLines } from '../search-quality/planted-report.js';
import { searchQualityLines } from '../search-quality/search-quality-report.js';
import type { Figures } from './processes.js';
import type { Machine, Ratio, Results } from './results.js';
import { reportSection } from './section.js';

const targets: Record<string, string> = {
  throughput: '≥ 1.00',
  p50: '≤ 1.15',
  p95: '',
  ...modelTargets,
  feed_p95: '≤ 1.50',
  tick_cost: '≤ 0.25',
  search_signs: '',
  search_pgvector: '',
  api_rest: '≤ 200',
  worker_rest: '≤ 400',
};

const titles: Record<string, string> = {
  throughput: 'throughput, ours / floor',
  p50: 'p50 latency, ours / floor',
  p95: 'p95 latency, ours / floor',
  ...modelTitles,
  feed_p95: 'feed p95, many / few runs',
  tick_cost: 'a member’s tick, most / fewest',
  search_signs: 'search by signs, many / few',
  search_pgvector: 'search by pgvector, many / few',
  api_rest: 'API at rest',
  worker_rest: 'worker at rest',
  api_load: 'API, most under load',
  worker_load: 'worker, most under load',
};

/** Every figure beside its target; nothing is judged here. */
export function table(results: Results, machine: Machine, notes: string[]): string {
  const { cores, processor, memory_gb, node, postgres, temporal } = machine;
  return [
    `${cores} cores (${processor}), ${memory_gb} GB, Node ${node}, PostgreSQL ${postgres}, Temporal ${temporal}`,
    ...notes,
    ...ratioLines(results.ratios),
    ...absoluteLines(results),
    ...cpuLines(results),
    ...modelLines(results.model),
    ...memoryLines(results.memory_mb),
    ...roundTripLines(results),
    ...feedLines(results),
    ...scheduleLines(results.schedules),
    ...retrievalLines(results.retrieval),
    ...indexingLines(results.indexing),
    ...searchQualityLines(results.search_quality),
    ...plantedLines(results.planted),
  ].join('\n');
}

function ratioLines(ratios: Results['ratios']): string[] {
  const rows = Object.entries(ratios) as [string, Ratio][];
  const lines = rows.map(([name, { value, rounds }]) => [
    titles[name]!,
    value.toFixed(2),
    targets[name] ?? '',
    `  ${rounds.map((round) => round.toFixed(2)).join(' ')}`,
  ]);
  return reportSection(
    ['Ratios', 'median', 'target', '  by round; of the feed by scope, and the greater counts'],
    lines,
  );
}

function absoluteLines({ floor, ours }: Results): string[] {
  const rows = [
    ['p50 latency, ms', floor.p50_ms, ours.p50_ms],
    ['p95 latency, ms', floor.p95_ms, ours.p95_ms],
    ['runs/s, 64 in flight', floor.runs_per_second, ours.runs_per_second],
  ] as const;
  const known = rows.filter(([, value]) => value !== undefined);
  return reportSection(
    ['Absolute', 'floor', 'ours'],
    known.map(([name, one, other]) => [name, one!.toFixed(1), other!.toFixed(1)]),
  );
}

function cpuLines({ floor, ours, archive }: Results): string[] {
  const columns = [floor.cpu_ms_per_run ?? {}, ours.cpu_ms_per_run ?? {}, archive?.cpu_ms ?? {}];
  const names = Object.keys(columns[0]!);
  const rows = names.map((name) => [name, ...columns.map((column) => aboveNothing(column[name] ?? 0))]);
  const sums = ['all', ...columns.map((column) => aboveNothing(total(column)))];
  const head = ['CPU ms per run, under load', 'floor', 'ours', 'archive'];
  return [
    ...reportSection(head, rows.length > 0 ? [...rows, sums] : []),
    ...(archive
      ? [`  archive: ${archive.runs} runs caught up with at ${(1000 / archive.wall_ms).toFixed(0)} runs/s`]
      : []),
  ];
}

/** What idling is thought to take can be more than what was taken. */
const aboveNothing = (value: number) => Math.max(value, 0).toFixed(1);

function memoryLines(memory: Results['memory_mb']): string[] {
  const rows = Object.entries(memory).map(([name, value]) => [
    titles[name]!,
    value.toFixed(0),
    targets[name] ?? '',
  ]);
  return reportSection(['Memory, MB resident', '', 'target'], rows);
}

function roundTripLines({ round_trips }: Results): string[] {
  if (!round_trips) return [];
  const { by_name, postgres, temporal, temporal_floor } = round_trips;
  return [
    ...reportSection(
      ['Round trips per run, archive included', ''],
      [
        ['PostgreSQL statements', postgres.toFixed(1)],
        ['calls to Temporal', temporal.toFixed(1)],
        ['calls to Temporal, floor', temporal_floor.toFixed(1)],
      ],
    ),
    ...named('PostgreSQL, by application and what is written', by_name.postgres),
    ...named('Temporal, by operation', by_name.temporal),
    ...named('Temporal, floor', by_name.temporal_floor),
  ];
}

function named(title: string, figures: Figures): string[] {
  const rows = Object.entries(figures).map(([name, value]) => `  ${value.toFixed(2).padStart(8)}  ${name}`);
  return ['', title, ...rows];
}

function feedLines({ feed }: Results): string[] {
  if (!feed) return [];
  const { few_runs, many_runs, requests } = feed;
  const [few, many] = [few_runs, many_runs].map((count) => count.toLocaleString('en'));
  const rows = Object.entries(requests).map(([name, asked]) => [
    name,
    ...[asked.few, asked.many].map(({ p50_ms, p95_ms }) => `${p50_ms.toFixed(1)} / ${p95_ms.toFixed(1)}`),
    asked.p50.toFixed(2),
    asked.p95.toFixed(2),
    `  ${asked.few.rows} and ${asked.many.rows}`,
  ]);
  return reportSection(
    ['Feed, p50 / p95 in ms', `${few} runs`, `${many} runs`, 'p50', 'p95', '  rows'],
    rows,
  );
}

const total = (figures: Figures) => Object.values(figures).reduce((sum, value) => sum + value, 0);
