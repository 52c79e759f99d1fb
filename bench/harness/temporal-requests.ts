import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { logPath } from '../../stack/log-file.js';
import { type Figures, minus } from './processes.js';
import type { BenchStack } from './stack.js';

/** The server brings its figures up to date once a second. */
const LAG_MS = 2500;

/** Counts the calls of each kind that clients make to Temporal from now on; empty if the server reports no figures. */
export async function temporalCounter(bench: BenchStack): Promise<() => Promise<Figures>> {
  const url = metricsUrl(bench.home);
  if (url === undefined) return async () => ({});
  const read = async () => {
    await pause(LAG_MS, undefined, { signal: bench.signal });
    const answer = await fetch(url, { signal: bench.signal });
    return countRequests(await answer.text(), bench.environment.TEMPORAL_NAMESPACE);
  };
  const before = await read();
  return async () => minus(await read(), before);
}

/** The server chooses the port of its metrics by itself and names it in its log. */
function metricsUrl(home: string): string | undefined {
  const port = /^Temporal Metrics:.*:(\d+)\/metrics/m.exec(
    readFileSync(logPath(home, 'temporal'), 'utf8'),
  )?.[1];
  return port && `http://127.0.0.1:${port}/metrics`;
}

/** Calls that came in at the front; those between the server's own parts are left out. */
export function countRequests(metrics: string, namespace: string): Figures {
  const counts: Figures = {};
  for (const [, labels = '', value] of metrics.matchAll(/^service_requests\{(.*)\} (\S+)$/gm)) {
    const label = (name: string) => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    if (label('service_name') !== 'frontend' || label('namespace') !== namespace) continue;
    counts[label('operation')] = (counts[label('operation')] ?? 0) + Number(value);
  }
  return counts;
}
