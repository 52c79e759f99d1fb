import { setTimeout as pause } from 'node:timers/promises';
import { untilArchived } from '../archive.js';
import { cpuMs, type Figures, minus, plus, times } from '../processes.js';
import type { BenchStack } from '../stack.js';
import { p50 } from '../stats.js';
import { inFlight, oneAtATime, type Side } from './side.js';

export interface Sides {
  floor: Side;
  ours: Side;
}
export type Both<T> = Record<keyof Sides, T>;

export interface WarmUpSizes {
  warm_up: number;
  in_flight: number;
}

export interface RoundSizes extends WarmUpSizes {
  latency_rounds: number;
  latency_runs: number;
  load_rounds: number;
  load_runs: number;
}

const IDLE_MS = 4000;
const watched = ['api', 'worker', 'floor-worker', 'temporal', 'postgres'];

export interface Load {
  runs_per_second: Both<number[]>;
  /** CPU time of each process, by the run. */
  cpu_ms: Both<Figures>;
  archive: { runs: number; wall_ms: number; cpu_ms: Figures };
}

/** Floor and ours by turns; who goes first changes each round, so that a steady drift cancels out. */
async function byTurns(
  rounds: number,
  act: (name: keyof Sides, round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const order: (keyof Sides)[] = round % 2 === 0 ? ['floor', 'ours'] : ['ours', 'floor'];
    for (const name of order) await act(name, round);
  }
}

export async function warmUp(
  bench: BenchStack,
  sides: Sides,
  { warm_up, in_flight }: WarmUpSizes,
): Promise<void> {
  for (const side of [sides.floor, sides.ours]) await inFlight(side, in_flight, warm_up, bench.signal);
  await untilArchived(bench);
}

/** Milliseconds of each run, round by round. */
export async function latencies(
  bench: BenchStack,
  sides: Sides,
  sizes: RoundSizes,
): Promise<Both<number[][]>> {
  const taken: Both<number[][]> = { floor: [], ours: [] };
  await byTurns(sizes.latency_rounds, async (name, round) => {
    const all = await oneAtATime(sides[name], sizes.latency_runs, bench.signal);
    taken[name].push(all);
    bench.log(`latency round ${round + 1}, ${name}: p50 ${p50(all).toFixed(1)} ms`);
    if (name === 'ours') await untilArchived(bench);
  });
  return taken;
}

/** The archiver's work on a round is waited for and counted apart, so that it burdens neither side. */
export async function load(
  bench: BenchStack,
  sides: Sides,
  sizes: RoundSizes,
  besides: string[] = [],
): Promise<Load> {
  const pids = bench.pids(...watched, ...besides);
  const runs_per_second: Both<number[]> = { floor: [], ours: [] };
  const used: Both<Figures> = { floor: {}, ours: {} };
  const archive = { runs: 0, wall_ms: 0, cpu_ms: {} as Figures };
  const idle = await idleCpu(pids, bench.signal);
  await byTurns(sizes.load_rounds, async (name, round) => {
    const before = cpuMs(pids);
    const rate = await inFlight(sides[name], sizes.in_flight, sizes.load_runs, bench.signal);
    runs_per_second[name].push(rate);
    used[name] = plus(used[name], minus(cpuMs(pids), before));
    bench.log(`load round ${round + 1}, ${name}: ${rate.toFixed(1)} runs/s`);
    if (name === 'floor') return;
    const atEnd = cpuMs(pids);
    const began = performance.now();
    archive.runs += await untilArchived(bench);
    const wall = performance.now() - began;
    archive.wall_ms += wall;
    archive.cpu_ms = plus(archive.cpu_ms, minus(minus(cpuMs(pids), atEnd), times(idle, wall)));
  });
  const runs = sizes.load_rounds * sizes.load_runs;
  const cpu_ms = { floor: times(used.floor, 1 / runs), ours: times(used.ours, 1 / runs) };
  const perRun = Math.max(archive.runs, 1);
  return {
    runs_per_second,
    cpu_ms,
    archive: {
      runs: archive.runs,
      wall_ms: archive.wall_ms / perRun,
      cpu_ms: times(archive.cpu_ms, 1 / perRun),
    },
  };
}

/** CPU milliseconds by the millisecond of doing nothing. */
async function idleCpu(pids: Readonly<Record<string, number>>, signal: AbortSignal): Promise<Figures> {
  const before = cpuMs(pids);
  await pause(IDLE_MS, undefined, { signal });
  return times(minus(cpuMs(pids), before), 1 / IDLE_MS);
}
