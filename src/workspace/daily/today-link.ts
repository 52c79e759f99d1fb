import type { OutputLink } from '../../../workflows/contract/work.js';
import type { ProjectPlace } from '../place.js';

/** The session of the day, as a run's output. */
export function todayLink({ project_id }: ProjectPlace, text: string): OutputLink {
  return { type: 'today', href: `/api/projects/${project_id}/today`, text };
}
