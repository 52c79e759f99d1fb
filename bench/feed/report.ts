import { reportSection } from '../harness/section.js';
import type { FeedResults } from './summary.js';

export function feedLines({ feed }: FeedResults): string[] {
  const { few_runs, many_runs, requests } = feed;
  const [few, many] = [few_runs, many_runs].map((count) => count.toLocaleString('en'));
  const rows = Object.entries(requests).map(([name, results]) => [
    name,
    ...[results.few, results.many].map(({ p50_ms, p95_ms }) => `${p50_ms.toFixed(1)} / ${p95_ms.toFixed(1)}`),
    results.p50.toFixed(2),
    results.p95.toFixed(2),
    `  ${results.few.rows} and ${results.many.rows}`,
  ]);
  return [
    ...reportSection(['Feed, p50 / p95 in ms', `${few} runs`, `${many} runs`, 'p50', 'p95', '  rows'], rows),
    '  the ratio of the feed is the greater one of the two scopes',
  ];
}
