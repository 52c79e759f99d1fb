import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Spread } from '../schedules/schedules-stage.js';

export const PARTS = [
  'floor',
  'model',
  'round-trips',
  'feed',
  'schedules',
  'retrieval',
  'indexing',
  'search-quality',
  'planted',
  'memory',
] as const;
export type Part = (typeof PARTS)[number];

/** How much is measured; every count is fixed before the start. */
export interface Sizes {
  warm_up: number;
  latency_rounds: number;
  latency_runs: number;
  load_rounds: number;
  load_runs: number;
  in_flight: number;
  model_warm_up: number;
  model_rounds: number;
  model_runs: number;
  model_load_runs: number;
  model_in_flight: number;
  counted_runs: number;
  rest_seconds: number;
  few_runs: number;
  many_runs: number;
  feed_requests: number;
  schedules: Spread;
  tick_rounds: number;
  few_chunks: number;
  many_chunks: number;
  searches: number;
  docs: number;
}

const full: Sizes = {
  warm_up: 200,
  latency_rounds: 6,
  latency_runs: 40,
  load_rounds: 4,
  load_runs: 400,
  in_flight: 64,
  model_warm_up: 100,
  model_rounds: 4,
  model_runs: 20,
  model_load_runs: 300,
  model_in_flight: 50,
  counted_runs: 50,
  rest_seconds: 8,
  few_runs: 1000,
  many_runs: 1_000_000,
  feed_requests: 400,
  schedules: { members: 10_000, cadences: 100, ladder: [10, 100, 1000, 5000] },
  tick_rounds: 3,
  few_chunks: 1000,
  many_chunks: 100_000,
  searches: 50,
  docs: 1000,
};

const quick: Sizes = {
  ...full,
  warm_up: 20,
  latency_rounds: 2,
  latency_runs: 10,
  load_rounds: 2,
  load_runs: 96,
  model_warm_up: 20,
  model_rounds: 2,
  model_runs: 6,
  model_load_runs: 100,
  counted_runs: 10,
  rest_seconds: 2,
  many_runs: 20_000,
  feed_requests: 60,
  schedules: { members: 1000, cadences: 20, ladder: [10, 100, 500] },
  tick_rounds: 2,
  many_chunks: 10_000,
  searches: 30,
  docs: 100,
};

export interface Options {
  parts: ReadonlySet<Part>;
  quick: boolean;
  json: string | undefined;
  sizes: Sizes;
}

export const benchUsage = `usage: npm run bench -- [--quick] [--only ${PARTS.join(',')}] [--json FILE]`;

/** Raised with what is wrong with a flag. */
export class BadFlags extends Error {
  override readonly name = 'BadFlags';
}

export function readOptions(args: string[]): Options {
  const { only, quick: isQuick = false, json } = readFlags(args);
  const path = json === undefined ? undefined : resolve(json);
  if (path !== undefined && !existsSync(dirname(path))) {
    throw new BadFlags(`--json: there is no folder ${dirname(path)}`);
  }
  return { parts: readParts(only), quick: isQuick, json: path, sizes: isQuick ? quick : full };
}

function readFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      options: { only: { type: 'string' }, quick: { type: 'boolean' }, json: { type: 'string' } },
    }).values;
  } catch (error) {
    throw new BadFlags((error as Error).message);
  }
}

function readParts(only: string | undefined): ReadonlySet<Part> {
  const names = only === undefined ? PARTS : only.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !isPart(name));
  if (unknown.length > 0) {
    throw new BadFlags(
      `--only: ${unknown.map((name) => JSON.stringify(name)).join(', ')} is none of ${PARTS.join(', ')}`,
    );
  }
  return new Set(names.filter(isPart));
}

const isPart = (name: string): name is Part => PARTS.some((part) => part === name);
