import { setTimeout as pause } from 'node:timers/promises';
import { untilArchived } from '../harness/archive.js';
import { type Figures, minus, times } from '../harness/processes.js';
import type { Sides, WarmUpSizes } from '../harness/sides/rounds.js';
import { oneAtATime, type Side } from '../harness/sides/side.js';
import { withWarmSides } from '../harness/sides/with-sides.js';
import type { BenchStack } from '../harness/stack.js';
import { temporalCounter } from '../harness/temporal-requests.js';
import { statementCounter, withStatementLog } from './statements.js';

const LONGEST_IDLE_MS = 15_000;
/** Below this a figure is what idling leaves over. */
const NOISE = 0.05;

export interface RoundTrips {
  postgres: number;
  temporal: number;
  /** The floor makes none to PostgreSQL. */
  temporal_floor: number;
  by_name: { postgres: Figures; temporal: Figures; temporal_floor: Figures };
}

interface Counted {
  postgres: Figures;
  temporal: Figures;
  ms: number;
}

interface RoundTripSizes extends WarmUpSizes {
  counted_runs: number;
}

export function measureRoundTrips(bench: BenchStack, sizes: RoundTripSizes): Promise<RoundTrips> {
  return withWarmSides(bench, sizes, (sides) =>
    bench.step('round trips', () => countRoundTrips(bench, sides, sizes.counted_runs)),
  );
}

/** Statements and calls by the run, archive included, with those of an idle interval taken away. */
async function countRoundTrips(bench: BenchStack, sides: Sides, runs: number): Promise<RoundTrips> {
  return withStatementLog(bench, async () => {
    await untilArchived(bench);
    const run = (side: Side) => async () => {
      await oneAtATime(side, runs, bench.signal);
      await untilArchived(bench);
    };
    const ours = await counting(bench, run(sides.ours));
    const floor = await counting(bench, run(sides.floor));
    const idleMs = Math.min(LONGEST_IDLE_MS, ours.ms);
    const idle = await counting(bench, () => pause(idleMs, undefined, { signal: bench.signal }));
    const postgres = perRun(ours, idle, 'postgres', runs);
    const temporal = perRun(ours, idle, 'temporal', runs);
    const temporal_floor = perRun(floor, idle, 'temporal', runs);
    return {
      postgres: sum(postgres),
      temporal: sum(temporal),
      temporal_floor: sum(temporal_floor),
      by_name: { postgres, temporal, temporal_floor },
    };
  });
}

async function counting(bench: BenchStack, work: () => Promise<void>): Promise<Counted> {
  const temporal = await temporalCounter(bench);
  const statements = statementCounter(bench);
  const began = performance.now();
  await work();
  const ms = performance.now() - began;
  return { postgres: statements(), temporal: await temporal(), ms };
}

function perRun(busy: Counted, idle: Counted, what: 'postgres' | 'temporal', runs: number): Figures {
  const background = times(idle[what], busy.ms / idle.ms);
  const each = times(minus(busy[what], background), 1 / runs);
  const counted = Object.entries(each).filter(([, count]) => Math.abs(count) >= NOISE);
  return Object.fromEntries(counted.sort(([, a], [, b]) => b - a));
}

const sum = (figures: Figures) => Object.values(figures).reduce((total, value) => total + value, 0);
