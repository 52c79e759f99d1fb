import { reportSection } from '../harness/section.js';
import type { RetrievalFigures } from './retrieval.js';

/** What finding costs in a small and in a large project, and how much of the exact answer is found. */
export function retrievalLines(figures: RetrievalFigures | undefined): string[] {
  if (!figures) return [];
  const { few_chunks, many_chunks, took, recall, without_index } = figures;
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
