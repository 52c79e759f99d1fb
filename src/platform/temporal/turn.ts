import type { Priority } from '@temporalio/common';
import type { Startable } from './engine.js';

/**
 * Temporal serves a lower key strictly first, so all tenants' work has one key and only the server's own goes before
 * it.
 */
const BEFORE_ALL = 1;
const TENANTS = 3;

/** The number of turns of each of a tenant's queues, compared with a queue of MEDIUM work. */
const LEVELS = [
  { from: 20, name: 'critical', weight: 2 },
  { from: 10, name: 'high', weight: 1.5 },
  { from: 5, name: 'medium', weight: 1 },
  { from: Number.NEGATIVE_INFINITY, name: 'low', weight: 0.5 },
] as const;

/**
 * Each organisation has one fair queue for each level. A few urgent runs overtake a tenant's own backlog; other tenants
 * give up at most two turns in three to a single level, and five in six to all four.
 */
export function turn({ priority, organisation_id, urgent }: Startable): Priority {
  if (urgent && priority >= 20) return { priorityKey: BEFORE_ALL, fairnessKey: organisation_id };
  const { name, weight } = LEVELS.find(({ from }) => priority >= from) ?? LEVELS[2];
  return { priorityKey: TENANTS, fairnessKey: `${organisation_id}/${name}`, fairnessWeight: weight };
}
