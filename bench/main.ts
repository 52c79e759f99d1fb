import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { onStopSignals } from '../stack/stop-signals.js';
import { findParts } from './harness/find-parts.js';
import { BadFlags, benchUsage, type Options, readOptions } from './harness/options.js';
import { changed } from './harness/own-settings.js';
import { type AnyPart, sizesOf } from './harness/part.js';
import { reportText } from './harness/report.js';
import { allSizes, asJson, type Machine, type Measurements, summarise } from './harness/results.js';
import { type BenchStack, withStack } from './harness/stack.js';

const parts = await findParts(import.meta.dirname);
const print = (line: string) => void process.stdout.write(`${line}\n`);

/** Work that is under way has this long to notice the stop. */
const GIVE_UP_MS = 10_000;

/** The report also shows what was measured before a part failed. */
async function bench(options: Options, signal: AbortSignal): Promise<void> {
  const began = performance.now();
  const measurements = new Map<AnyPart, unknown>();
  let machine: Machine | undefined;
  try {
    await withStack(print, signal, async (stack) => {
      machine = describe(stack);
      await Promise.race([measure(stack, options, measurements), givenUp(signal)]);
    });
  } finally {
    if (machine && !signal.aborted) report(options, measurements, machine, performance.now() - began);
  }
}

async function measure(
  stack: BenchStack,
  options: Options,
  measurements: Map<AnyPart, unknown>,
): Promise<void> {
  for (const part of options.parts)
    measurements.set(part, await part.measure(stack, sizesOf(part, options.quick)));
}

function report({ quick, json }: Options, measurements: Measurements, machine: Machine, ms: number): void {
  const results = summarise(measurements);
  const seconds = Math.round(ms / 1000);
  const settings = Object.entries(changed).map((setting) => setting.join('='));
  const notes = [
    `one server for both sides, ${settings.join(', ')}`,
    `${quick ? 'quick: too few runs for a judgement; ' : ''}took ${seconds} s`,
  ];
  print(`\n${reportText(results, machine, notes)}\n`);
  if (json === undefined) return;
  const figures = asJson(results, machine, { ...changed, ...allSizes(parts, quick), seconds });
  writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
  print(`written to ${json}`);
}

/** Never resolves; rejects a while after the stop was requested. */
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
  await bench(readOptions(process.argv.slice(2), parts), stopping.signal);
  process.exit(0);
} catch (error) {
  if (stopping.signal.aborted) process.exit(130);
  if (error instanceof BadFlags) console.error(`${error.message}\n${benchUsage(parts)}`);
  else console.error(error instanceof Error ? error.stack : error);
  process.exit(error instanceof BadFlags ? 2 : 1);
}
