import type { EntityManager } from 'typeorm';
import { schedulingBindings } from '../agents/binding.store.js';
import { groupBindings, scheduleOn } from '../agents/effective.js';
import type { ScheduleRule } from './desired.js';
import type { Portion } from './portions.js';

/** The most specific binding that sets a schedule wins, then the agent's version. It holds in these projects alone. */
export async function scheduleRule(
  tx: EntityManager,
  { organisations, projects }: Portion,
): Promise<ScheduleRule> {
  const bindings = await schedulingBindings(tx, organisations, projects);
  const { pathOf } = groupBindings(bindings);
  return (agent, member) => scheduleOn(pathOf(agent.key, member), agent.schedule);
}
