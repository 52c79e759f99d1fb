/** The id of a cadence's Temporal Schedule; its workflows have it with a time behind it. */
export const SCHEDULE_PREFIX = 'cadence-';

export function scheduleId(cadence_id: string): string {
  return `${SCHEDULE_PREFIX}${cadence_id}`;
}

/** The Schedule that a workflow was started by; null where it is none of a Schedule's. */
export function scheduleOf(workflow_id: string): string | null {
  return /^cadence-[0-9a-f-]{36}(?=-|$)/.exec(workflow_id)?.[0] ?? null;
}
