import type { FeedFigures } from '../feed/feed.js';
import type { IndexingFigures } from '../indexing/indexing.js';
import type { ModelFigures } from '../model/model.js';
import { modelRatios } from '../model/model-report.js';
import { type RetrievalFigures, searchRatios } from '../retrieval/retrieval.js';
import type { ScheduleFigures } from '../schedules/schedules.js';
import type { PlantedFigures } from '../search-quality/planted.js';
import { type Found, foundOf } from '../search-quality/planted-report.js';
import type { SearchQuality } from '../search-quality/search-quality.js';
import { type QualityFigures, qualityOf } from '../search-quality/search-quality-report.js';
import type { Figures } from './processes.js';
import type { RoundTrips } from './round-trips.js';
import type { Both, Load } from './rounds.js';
import { median, medianRatio, p50, p95, ratios } from './stats.js';

export interface Machine {
  cores: number;
  processor: string;
  memory_gb: number;
  node: string;
  postgres: string;
  temporal: string;
  platform: string;
}

/** What was measured; a part that was left out is missing. */
export interface Measured {
  latencies?: Both<number[][]>;
  load?: Load;
  model?: ModelFigures;
  round_trips?: RoundTrips;
  feed?: FeedFigures;
  schedules?: ScheduleFigures;
  retrieval?: RetrievalFigures;
  indexing?: IndexingFigures;
  search_quality?: SearchQuality;
  planted?: PlantedFigures;
  at_rest?: Figures;
  under_load?: Figures;
}

export interface Ratio {
  value: number;
  rounds: number[];
}

export interface Results {
  ratios: Partial<
    Record<
      | 'throughput'
      | 'p50'
      | 'p95'
      | 'model_throughput'
      | 'model_p50'
      | 'feed_p95'
      | 'tick_cost'
      | 'search_signs'
      | 'search_pgvector',
      Ratio
    >
  >;
  memory_mb: Partial<Record<'api_rest' | 'worker_rest' | 'api_load' | 'worker_load', number>>;
  floor: Partial<Absolute>;
  ours: Partial<Absolute>;
  archive?: Load['archive'];
  model?: ModelFigures;
  round_trips?: RoundTrips;
  feed?: { few_runs: number; many_runs: number; requests: Record<string, Asking> };
  schedules?: ScheduleFigures;
  retrieval?: RetrievalFigures;
  indexing?: IndexingFigures;
  /** Every question with its ranks, and the same in figures. */
  search_quality?: SearchQuality & { figures: Record<string, QualityFigures> };
  /** Every pair, and the same in figures. */
  planted?: PlantedFigures & { figures: Record<'duplicates' | 'conflicts' | 'both', Found> };
}

interface Absolute {
  p50_ms: number;
  p95_ms: number;
  runs_per_second: number;
  cpu_ms_per_run: Figures;
}

interface Asking {
  few: { p50_ms: number; p95_ms: number; rows: number };
  many: { p50_ms: number; p95_ms: number; rows: number };
  p50: number;
  p95: number;
}

export function summarise(measured: Measured): Results {
  const { latencies, load, round_trips, feed, schedules, retrieval, at_rest, under_load } = measured;
  const { indexing, search_quality, planted, model } = measured;
  const requests = feed && summariseFeed(feed);
  return {
    ratios: {
      ...(load && { throughput: compare(load.runs_per_second.ours, load.runs_per_second.floor) }),
      ...(latencies && {
        p50: compare(latencies.ours.map(p50), latencies.floor.map(p50)),
        p95: compare(latencies.ours.map(p95), latencies.floor.map(p95)),
      }),
      ...(model && modelRatios(model)),
      ...(requests && { feed_p95: worstScope(requests) }),
      ...(schedules && { tick_cost: costOfMost(schedules) }),
      ...(retrieval && searchRatios(retrieval)),
    },
    memory_mb: {
      ...(at_rest && { api_rest: at_rest.api!, worker_rest: at_rest.worker! }),
      ...(under_load && { api_load: under_load.api!, worker_load: under_load.worker! }),
    },
    floor: absolute('floor', latencies, load),
    ours: absolute('ours', latencies, load),
    ...(load && { archive: load.archive }),
    ...(model && { model }),
    ...(round_trips && { round_trips }),
    ...(feed && requests && { feed: { few_runs: feed.few_runs, many_runs: feed.many_runs, requests } }),
    ...(schedules && { schedules }),
    ...(retrieval && { retrieval }),
    ...(indexing && { indexing }),
    ...(search_quality && { search_quality: { ...search_quality, figures: qualities(search_quality) } }),
    ...(planted && { planted: { ...planted, figures: founds(planted) } }),
  };
}

const qualities = ({ ways }: SearchQuality) =>
  Object.fromEntries(Object.entries(ways).map(([way, answered]) => [way, qualityOf(answered)]));

const founds = (planted: PlantedFigures) => ({
  duplicates: foundOf(planted, 'duplicate_of'),
  conflicts: foundOf(planted, 'conflicts_with'),
  both: foundOf(planted),
});

function compare(ours: number[], floor: number[]): Ratio {
  return { value: medianRatio(ours, floor), rounds: ratios(ours, floor) };
}

function absolute(
  side: 'floor' | 'ours',
  latencies: Measured['latencies'],
  load: Measured['load'],
): Partial<Absolute> {
  return {
    ...(latencies && { p50_ms: p50(latencies[side].flat()), p95_ms: p95(latencies[side].flat()) }),
    ...(load && { runs_per_second: median(load.runs_per_second[side]), cpu_ms_per_run: load.cpu_ms[side] }),
  };
}

function summariseFeed({ requests }: FeedFigures): Record<string, Asking> {
  return Object.fromEntries(
    Object.entries(requests).map(([name, { few, many, rows }]) => [
      name,
      {
        few: { p50_ms: p50(few), p95_ms: p95(few), rows: rows.few },
        many: { p50_ms: p50(many), p95_ms: p95(many), rows: rows.many },
        p50: p50(many) / p50(few),
        p95: p95(many) / p95(few),
      },
    ]),
  );
}

/** The greater ratio of the two scopes, as they are asked for without a limit. */
function worstScope(requests: Record<string, Asking>): Ratio {
  const each = [requests.mine!.p95, requests.organisation!.p95];
  return { value: Math.max(...each), rounds: each };
}

/** What a member’s tick costs in the largest cadence, by what it does in the smallest. */
function costOfMost({ ticks }: ScheduleFigures): Ratio {
  const each = ticks.map(({ ms, members }) => ms / members);
  const value = each.at(-1)! / each[0]!;
  return { value, rounds: [value] };
}

/** The same figures as one object for a program to read. */
export function asJson({ ratios, ...rest }: Results, machine: Machine, settings: Figures | object): object {
  const values = Object.fromEntries(Object.entries(ratios).map(([name, { value }]) => [name, value]));
  const rounds = Object.fromEntries(Object.entries(ratios).map(([name, ratio]) => [name, ratio.rounds]));
  return { ratios: values, ratio_rounds: rounds, ...rest, machine, settings };
}
