import type { OutputLink } from '../../../workflows/contract/work.js';
import type { ProjectPlace, WritingRun } from '../place.js';

/** The inbox of the project, as a run's output. */
export function inboxLink({ project_id }: ProjectPlace, text: string): OutputLink {
  return { type: 'inbox', href: `/api/projects/${project_id}/inbox`, text };
}

/** The proposals of this run alone, whatever was decided about them. */
export function inboxOfRun({ project_id, run_id }: WritingRun, text: string): OutputLink {
  return { type: 'inbox', href: `/api/projects/${project_id}/inbox?status=any&run_id=${run_id}`, text };
}
