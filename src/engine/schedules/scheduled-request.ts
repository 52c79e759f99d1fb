import { localTime } from '../cadences/local-time.js';
import type { Ask } from '../runs/admission.js';

/** The person of a schedule's run, and its target. */
interface ScheduledFor {
  agent: string;
  organisation_id: string;
  project_id: string;
  user_id: string | null;
  time_zone: string;
  target: string | null;
}

export function scheduledRequest(
  { agent, organisation_id, user_id, project_id, time_zone, target }: ScheduledFor,
  moment: Date,
): Omit<Ask, 'schedule'> {
  const id = target === 'daily_session' ? localTime(moment, time_zone).slice(0, 10) : project_id;
  return {
    owner: { organisation_id, user_id },
    request: { agent, project_id, ...(target ? { target: { type: target, id } } : {}) },
    provenance: { trigger: 'schedule' },
  };
}
