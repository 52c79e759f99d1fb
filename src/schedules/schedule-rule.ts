import type { EntityManager } from 'typeorm';
import { type Binding, groupBindings, scheduleOn } from '../agents/effective.js';
import type { ScheduleRule } from './desired.js';

/** The most specific binding that sets a schedule wins, then the agent’s version. */
export async function scheduleRule(tx: EntityManager): Promise<ScheduleRule> {
  const bindings: Binding[] = await tx.query(
    `SELECT id, agent, scope, organisation_id, project_id, user_id, enabled, schedule, settings, changed_by, changed_at
       FROM bindings WHERE schedule IS NOT NULL`,
  );
  const { pathOf } = groupBindings(bindings);
  return (agent, member) => scheduleOn(pathOf(agent.key, member), agent.schedule);
}
