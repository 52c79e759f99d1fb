import type { EntityManager } from 'typeorm';
import { type Binding, groupBindings, scheduleOn } from '../agents/effective.js';
import type { ScheduleRule } from './desired.js';
import type { Portion } from './portions.js';

const SCHEDULING_BINDINGS = `
  SELECT id, agent, scope, organisation_id, project_id, user_id, enabled, schedule, settings, changed_by, changed_at
    FROM bindings WHERE schedule IS NOT NULL AND (organisation_id IS NULL OR organisation_id = ANY($1))
     AND (project_id IS NULL OR project_id = ANY($2))`;

/** The most specific binding that sets a schedule wins, then the agent's version. It holds in these projects alone. */
export async function scheduleRule(
  tx: EntityManager,
  { organisations, projects }: Portion,
): Promise<ScheduleRule> {
  const bindings: Binding[] = await tx.query(SCHEDULING_BINDINGS, [organisations, projects]);
  const { pathOf } = groupBindings(bindings);
  return (agent, member) => scheduleOn(pathOf(agent.key, member), agent.schedule);
}
