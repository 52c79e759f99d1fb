import { reportSection } from '../harness/section.js';
import type { IndexingFigures } from './measure.js';

/** What it takes to make many docs found, and what the worker holds at most meanwhile. */
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
