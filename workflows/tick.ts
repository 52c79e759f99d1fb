import { workflowInfo } from '@temporalio/workflow';
import type { Ticked, TickStart } from './contract/schedule.js';
import { ticks } from './proxies.js';

/** What a cadence’s Temporal Schedule starts: it answers every tick that is due, however many were missed. */
export async function tick({ cadence_id }: TickStart): Promise<Ticked> {
  return ticks.fireTick({ cadence_id, scheduled_at: scheduledAt() });
}

/** The moment Temporal woke us for, by its own clock. */
function scheduledAt(): string | null {
  const at = workflowInfo().searchAttributes.TemporalScheduledStartTime?.[0];
  return at instanceof Date ? at.toISOString() : null;
}
