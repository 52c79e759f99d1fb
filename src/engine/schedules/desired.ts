import type { Audience, Schedule } from '../../../workflows/contract/schedule.js';
import type { Cadence } from '../../platform/db/entities/schedule.entity.js';
import { type CadenceDefaults, cadenceKey, cadenceOf } from '../cadences/cadence.js';

/** An agent's published version, as far as scheduling goes. Built-ins belong to no organisation. */
export interface SchedulableAgent {
  key: string;
  organisation_id: string | null;
  audience: Audience;
  schedule: Schedule;
}

export interface ScheduledProject {
  id: string;
  organisation_id: string;
  time_zone: string;
  members: string[];
}

/** An agent and whom it runs for: who follows a cadence. */
export interface ScheduleMember {
  agent: string;
  organisation_id: string;
  project_id: string;
  user_id: string | null;
}

export interface DesiredMember extends ScheduleMember {
  cadence: Cadence;
  key: string;
  /** The binding that sets the schedule; null where the version does. */
  origin: string | null;
}

/** Says which schedule wins in a place. */
export type ScheduleRule = (
  agent: SchedulableAgent,
  member: ScheduleMember,
) => { value: Schedule; origin: { id: string } | null };

/** Works out who follows which cadence. A project without members still has its tick, whose answer says so. */
export function desiredMembers(
  agents: readonly SchedulableAgent[],
  projects: readonly ScheduledProject[],
  defaults: CadenceDefaults,
  scheduleOf: ScheduleRule,
): DesiredMember[] {
  return agents.flatMap((agent) =>
    projects
      .filter(({ organisation_id }) => (agent.organisation_id ?? organisation_id) === organisation_id)
      .flatMap((project) =>
        audienceOf(agent, project).flatMap((user_id) => {
          const { organisation_id, id: project_id, time_zone } = project;
          const member = { agent: agent.key, organisation_id, project_id, user_id };
          const { value, origin } = scheduleOf(agent, member);
          const cadence = cadenceOf(value, { time_zone, ...defaults });
          return cadence
            ? [{ ...member, cadence, key: cadenceKey(cadence), origin: origin?.id ?? null }]
            : [];
        }),
      ),
  );
}

function audienceOf(agent: SchedulableAgent, project: ScheduledProject): (string | null)[] {
  return agent.audience === 'project' || project.members.length === 0 ? [null] : project.members;
}

export function memberKey({ agent, organisation_id, project_id, user_id }: ScheduleMember): string {
  return `${agent} ${organisation_id} ${project_id} ${user_id ?? ''}`;
}
