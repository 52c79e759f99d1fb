import { workflowInfo } from '@temporalio/workflow';
import type { Ticked, TickStart } from './contract/schedule.js';
import { ticks } from './proxies.js';

/** The workflow of a cadence's Temporal Schedule: it answers every due tick, however many were missed. */
export async function tick({ cadence_id }: TickStart): Promise<Ticked> {
  return ticks.fireTick({ cadence_id, scheduled_at: scheduledAt() });
}

/** The moment Temporal woke us for, by its own clock. */
function scheduledAt(): string | null {
  const at = workflowInfo().searchAttributes.TemporalScheduledStartTime?.[0];
  return at instanceof Date ? at.toISOString() : null;
}
