import type { PartSummary } from '../harness/part.js';
import { reportSection } from '../harness/section.js';
import type { MemoryFigures } from './measure.js';

interface MemoryResults {
  memory_mb: Record<'api_rest' | 'worker_rest' | 'api_load' | 'worker_load', number>;
}

export function memorySummary({ at_rest, under_load }: MemoryFigures): PartSummary<MemoryResults> {
  return {
    results: {
      memory_mb: {
        api_rest: at_rest.api!,
        worker_rest: at_rest.worker!,
        api_load: under_load.api!,
        worker_load: under_load.worker!,
      },
    },
  };
}

export function memoryLines({ memory_mb }: MemoryResults): string[] {
  const { api_rest, worker_rest, api_load, worker_load } = memory_mb;
  return reportSection(
    ['Memory, MB resident', '', 'target'],
    [
      ['API at rest', api_rest.toFixed(0), '≤ 200'],
      ['worker at rest', worker_rest.toFixed(0), '≤ 400'],
      ['API, most under load', api_load.toFixed(0), ''],
      ['worker, most under load', worker_load.toFixed(0), ''],
    ],
  );
}
