import type { PartSummary } from '../harness/part.js';
import { p50, p95, type Ratio } from '../harness/stats.js';
import type { FeedFigures } from './measure.js';

interface RequestResults {
  few: { p50_ms: number; p95_ms: number; rows: number };
  many: { p50_ms: number; p95_ms: number; rows: number };
  p50: number;
  p95: number;
}

export interface FeedResults {
  feed: { few_runs: number; many_runs: number; requests: Record<string, RequestResults> };
}

export function feedSummary({ few_runs, many_runs, requests }: FeedFigures): PartSummary<FeedResults> {
  const each = Object.entries(requests).map(([name, { few, many, rows }]): [string, RequestResults] => [
    name,
    {
      few: { p50_ms: p50(few), p95_ms: p95(few), rows: rows.few },
      many: { p50_ms: p50(many), p95_ms: p95(many), rows: rows.many },
      p50: p50(many) / p50(few),
      p95: p95(many) / p95(few),
    },
  ]);
  const results = { few_runs, many_runs, requests: Object.fromEntries(each) };
  return { ratios: { feed_p95: worstScope(results.requests) }, results: { feed: results } };
}

/** The greater ratio of the two scopes, without a limit on the rows. */
function worstScope(requests: FeedResults['feed']['requests']): Ratio {
  const each = [requests.mine!.p95, requests.organisation!.p95];
  return { title: 'feed p95, many / few runs', target: '≤ 1.50', value: Math.max(...each), rounds: each };
}
