import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { onStopSignals } from '../stack/stop-signals.js';
import { measureFeed } from './feed/feed.js';
import { openFloor, startFloorWorker } from './floor/floor.js';
import { inFlight } from './harness/load.js';
import { mostResident, resident } from './harness/memory.js';
import { BadFlags, benchUsage, type Options, type Part, readOptions } from './harness/options.js';
import { openOurs } from './harness/ours.js';
import { changed } from './harness/own-settings.js';
import { table } from './harness/report.js';
import { asJson, type Machine, type Measured, summarise } from './harness/results.js';
import { countRoundTrips } from './harness/round-trips.js';
import { latencies, load, type Sides, warmUp } from './harness/rounds.js';
import { type BenchStack, withStack } from './harness/stack.js';
import { measureIndexing } from './indexing/indexing.js';
import { ANSWER_MS, measureModel } from './model/model.js';
import { measureRetrieval } from './retrieval/retrieval.js';
import { measureSchedules } from './schedules/schedules.js';
import { measurePlanted } from './search-quality/planted.js';
import { measureSearchQuality } from './search-quality/search-quality.js';

const print = (line: string) => void process.stdout.write(`${line}\n`);

/** How long what is under way may take to notice that it is to stop. */
const GIVE_UP_MS = 10_000;

/** What was measured before a part failed is shown too. */
async function bench(options: Options, signal: AbortSignal): Promise<void> {
  const began = performance.now();
  const measured: Measured = {};
  let machine: Machine | undefined;
  try {
    await withStack(print, signal, async (stack) => {
      machine = describe(stack);
      await Promise.race([measure(stack, options, measured), givenUp(signal)]);
    });
  } finally {
    if (machine && !signal.aborted) tell(options, measured, machine, performance.now() - began);
  }
}

function tell({ quick, json, sizes }: Options, measured: Measured, machine: Machine, ms: number): void {
  const results = summarise(measured);
  const seconds = Math.round(ms / 1000);
  const settings = Object.entries(changed).map((setting) => setting.join('='));
  const notes = [
    `one server for both sides, ${settings.join(', ')}`,
    `${quick ? 'quick: too few runs for a judgement; ' : ''}took ${seconds} s`,
  ];
  print(`\n${table(results, machine, notes)}\n`);
  if (json === undefined) return;
  const figures = asJson(results, machine, { ...changed, ...sizes, seconds });
  writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
  print(`written to ${json}`);
}

async function measure(stack: BenchStack, { parts, sizes }: Options, measured: Measured): Promise<void> {
  if (parts.has('memory')) {
    await stack.step('at rest', () => pause(sizes.rest_seconds * 1000, undefined, { signal: stack.signal }));
    measured.at_rest = resident(stack.pids('api', 'worker'));
  }
  if (['floor', 'model', 'round-trips', 'memory'].some((part) => parts.has(part as Part)))
    await startFloorWorker(stack);
  if (parts.has('floor') || parts.has('round-trips') || parts.has('memory')) {
    await withSides(stack, (sides) => measureRuns(stack, sides, { parts, sizes }, measured));
  }
  if (parts.has('model')) measured.model = await measureModel(stack, () => openModelSides(stack), sizes);
  if (parts.has('feed')) measured.feed = await measureFeed(stack, sizes);
  if (parts.has('schedules')) measured.schedules = await measureSchedules(stack, sizes);
  if (parts.has('retrieval')) measured.retrieval = await measureRetrieval(stack, sizes);
  if (parts.has('indexing')) measured.indexing = await measureIndexing(stack, sizes);
  if (parts.has('search-quality')) measured.search_quality = await measureSearchQuality(stack);
  if (parts.has('planted')) measured.planted = await measurePlanted(stack);
}

async function measureRuns(
  stack: BenchStack,
  sides: Sides,
  { parts, sizes }: Pick<Options, 'parts' | 'sizes'>,
  measured: Measured,
): Promise<void> {
  const { step, signal } = stack;
  await step('warm-up', () => warmUp(stack, sides, sizes));
  if (parts.has('floor')) {
    measured.latencies = await step('latency', () => latencies(stack, sides, sizes));
    const loading = () => load(stack, sides, sizes);
    const { result, most } = await step('load', () => mostResident(stack.pids('api', 'worker'), loading));
    measured.load = result;
    measured.under_load = most;
  } else if (parts.has('memory')) {
    const loading = () => inFlight(sides.ours, sizes.in_flight, sizes.load_runs, signal);
    const { most } = await step('load', () => mostResident(stack.pids('api', 'worker'), loading));
    measured.under_load = most;
  }
  if (parts.has('round-trips')) {
    measured.round_trips = await step('round trips', () => countRoundTrips(stack, sides, sizes));
  }
}

async function openModelSides(stack: BenchStack) {
  const floor = await openFloor(stack, ANSWER_MS);
  const ours = await openOurs(stack, { model_calls: 1 });
  return {
    sides: { floor, ours },
    close: () => Promise.all([floor.close(), ours.close()]).then(() => undefined),
  };
}

async function withSides(stack: BenchStack, work: (sides: Sides) => Promise<void>): Promise<void> {
  const floor = await openFloor(stack);
  try {
    const ours = await openOurs(stack);
    try {
      await work({ floor, ours });
    } finally {
      await ours.close();
    }
  } finally {
    await floor.close();
  }
}

/** Never comes back; fails a while after the stop was asked for. */
function givenUp(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => setTimeout(() => reject(signal.reason), GIVE_UP_MS).unref());
  });
}

function describe({ postgres, temporal }: BenchStack): Machine {
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memory_gb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    postgres: postgres.version,
    temporal: temporal.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

const stopping = new AbortController();
onStopSignals(
  () => stopping.abort(),
  () => process.exit(130),
);
process.stdout.on('error', () => undefined);

try {
  await bench(readOptions(process.argv.slice(2)), stopping.signal);
  process.exit(0);
} catch (error) {
  if (stopping.signal.aborted) process.exit(130);
  if (error instanceof BadFlags) console.error(`${error.message}\n${benchUsage}`);
  else console.error(error instanceof Error ? error.stack : error);
  process.exit(error instanceof BadFlags ? 2 : 1);
}
