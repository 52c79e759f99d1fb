import type { OutputLink } from '../../../workflows/contract/work.js';
import type { ProjectPlace, WritingRun } from '../place.js';

/** The memory diffs of the project, as a run's output. */
export function diffsLink({ project_id }: ProjectPlace, text: string): OutputLink {
  return { type: 'memory_diffs', href: `/api/projects/${project_id}/memory-diffs`, text };
}

/** The memory diffs of this run alone, whatever was decided about them. */
export function diffsOfRun({ project_id, run_id }: WritingRun, text: string): OutputLink {
  const href = `/api/projects/${project_id}/memory-diffs?status=any&run_id=${run_id}`;
  return { type: 'memory_diffs', href, text };
}
