import { reportSection } from '../harness/section.js';
import type { IndexingFigures } from './measure.js';

/** Reports the cost of making many docs findable, and the worker's highest memory. */
export function indexingLines({ indexing }: { indexing: IndexingFigures }): string[] {
  const { docs, megabytes, chunks, seconds, at_rest_mb, most_mb, after_mb } = indexing;
  return [
    ...reportSection(
      ['Worker while indexing, MB', 'at rest', 'first half', 'second half', 'after'],
      [['resident', ...[at_rest_mb, ...most_mb, after_mb].map((mb) => mb.toFixed(0))]],
    ),
    `  ${docs.toLocaleString('en')} docs (${megabytes.toFixed(1)} MB, ${chunks.toLocaleString('en')} chunks) in ${seconds.toFixed(0)} s: ${(docs / seconds).toFixed(1)} docs/s, by a model that answers at once`,
  ];
}
