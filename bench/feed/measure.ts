import type { BenchClient } from '../harness/http.js';
import type { BenchStack } from '../harness/stack.js';
import { startFeed } from './stage.js';

const SCOPES = ['mine', 'organisation'] as const;
const WARM_UP = 30;

/** Milliseconds of each request, and how many ended runs one answer holds. */
interface FeedTimes {
  few: number[];
  many: number[];
  rows: { few: number; many: number };
}

export interface FeedFigures {
  few_runs: number;
  many_runs: number;
  requests: Record<string, FeedTimes>;
}

interface FeedSizes {
  few_runs: number;
  many_runs: number;
  feed_requests: number;
}

/** Compares two databases on one server, behind two APIs, in turns: only the number of stored runs differs. */
export async function measureFeed(bench: BenchStack, sizes: FeedSizes): Promise<FeedFigures> {
  const { few_runs, many_runs, feed_requests } = sizes;
  const few = await startFeed(bench, 'feed-few', few_runs);
  const many = await startFeed(bench, 'feed-many', many_runs);
  const requests: Record<string, FeedTimes> = {};
  try {
    for (const scope of SCOPES) {
      const path = `/api/agent-runs?scope=${scope}`;
      const times = await byTurns(few, many, path, feed_requests, bench.signal);
      requests[scope] = times;
      const limit = Math.max(times.rows.few, 1);
      requests[`${scope}, ${limit} rows each`] = await byTurns(
        few,
        many,
        `${path}&limit=${limit}`,
        feed_requests,
        bench.signal,
      );
      bench.log(`feed, scope ${scope}: ${feed_requests} requests to each, twice`);
    }
  } finally {
    few.close();
    many.close();
  }
  return { few_runs, many_runs, requests };
}

async function byTurns(
  few: BenchClient,
  many: BenchClient,
  path: string,
  count: number,
  signal: AbortSignal,
): Promise<FeedTimes> {
  const times: FeedTimes = { few: [], many: [], rows: { few: 0, many: 0 } };
  for (let number = -WARM_UP; number < count; number += 1) {
    signal.throwIfAborted();
    for (const [name, api] of [['few', few] as const, ['many', many] as const]) {
      const began = performance.now();
      const { body } = await api.get(path);
      if (number >= 0) times[name].push(performance.now() - began);
      else times.rows[name] = (JSON.parse(body) as { recent: unknown[] }).recent.length;
    }
  }
  return times;
}
