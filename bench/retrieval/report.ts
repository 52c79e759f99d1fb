import { reportSection } from '../harness/section.js';
import type { Ratio } from '../harness/stats.js';
import type { RetrievalFigures } from './measure.js';

/** Returns how much slower a search is in the large project than in the small one. */
export function searchRatios({ took }: RetrievalFigures): Record<string, Ratio | undefined> {
  const ratio = (name: string, title: string): Ratio | undefined => {
    const taken = took[name];
    const value = taken && taken.many.p50_ms / taken.few.p50_ms;
    return value === undefined ? undefined : { title, target: '', value, rounds: [value] };
  };
  return {
    search_signs: ratio('search, by signs', 'search by signs, many / few'),
    search_pgvector: ratio('search, by pgvector', 'search by pgvector, many / few'),
  };
}

/** Reports the cost of finding in a small and in a large project, and the share of the exact answer. */
export function retrievalLines({ retrieval }: { retrieval: RetrievalFigures }): string[] {
  const { few_chunks, many_chunks, took, recall, without_index } = retrieval;
  const [few, many] = [few_chunks, many_chunks].map((count) => count.toLocaleString('en'));
  const rows = Object.entries(took).map(([name, taken]) => [
    name,
    ...[taken.few, taken.many].map(({ p50_ms, p95_ms }) => `${p50_ms.toFixed(1)} / ${p95_ms.toFixed(1)}`),
    (taken.many.p50_ms / taken.few.p50_ms).toFixed(2),
    (taken.many.p95_ms / taken.few.p95_ms).toFixed(2),
    recall[name] === undefined ? '' : recall[name].toFixed(3),
  ]);
  const head = ['Search, p50 / p95 in ms', `${few} chunks`, `${many} chunks`, 'p50', 'p95', 'recall at 10'];
  return [
    ...reportSection(head, rows),
    ...(without_index === null ? [] : [`  by pgvector: not measured, ${without_index}`]),
  ];
}
