import type { DataSource } from 'typeorm';
import type { VersionDefinition } from '../../../workflows/contract/version.js';
import { cadenceOf } from '../cadences/cadence.js';
import { localTime } from '../cadences/local-time.js';
import { cadenceDefaults, type ScheduleSettings } from '../cadences/schedule-settings.js';
import { spreadMs, spreadStartOf } from '../cadences/spread.js';
import { nextTicks } from '../cadences/ticks.js';
import type { Place } from './effective.js';
import { type ScheduledPlace, scheduledPlace } from './scheduled-place.store.js';

const AHEAD = 5;

interface TicksAhead {
  /** The schedule that follows it there; null where there is none, or no project was named. */
  schedule_id: string | null;
  no_schedule: NoSchedule | null;
  next_ticks: { tick_at: Date; local: string; starts_at: Date | null }[];
}

/** Lists the next ticks of an agent in a place; none if nothing can ever follow its schedule there. */
export async function ticksAhead(
  db: DataSource,
  agent: string,
  scope: Place,
  { schedule, audience }: Pick<VersionDefinition, 'schedule' | 'audience'>,
  settings: ScheduleSettings,
): Promise<TicksAhead> {
  const user_id = audience === 'project' ? null : scope.user_id;
  const scheduled = await scheduledPlace(db, agent, { ...scope, user_id });
  const { schedule_id } = scheduled;
  const time_zone = scheduled.time_zone ?? 'UTC';
  const cadence = cadenceOf(schedule, { time_zone, ...cadenceDefaults(settings) });
  if (cadence === null) return { schedule_id, no_schedule: null, next_ticks: [] };
  const no_schedule = whyNone(scheduled);
  if (no_schedule && NEVER.has(no_schedule.code)) return { schedule_id, no_schedule, next_ticks: [] };
  const zone = cadence.kind === 'cron' ? cadence.time_zone : time_zone;
  const next_ticks = nextTicks(cadence, new Date(), AHEAD).map((tick_at) => {
    const spread = spreadMs(cadence, tick_at, settings.SCHEDULE_SPREAD_SECONDS);
    return {
      tick_at,
      local: localTime(tick_at, zone),
      starts_at: schedule_id ? spreadStartOf(schedule_id, tick_at, spread) : null,
    };
  });
  return { schedule_id, no_schedule, next_ticks };
}

export const NO_SCHEDULE_CODES = [
  'no_project',
  'project_archived',
  'not_a_project_member',
  'no_project_named',
  'being_made',
] as const;
interface NoSchedule {
  code: (typeof NO_SCHEDULE_CODES)[number];
  message: string;
}

const NEVER: ReadonlySet<string> = new Set(['no_project', 'project_archived', 'not_a_project_member']);

function whyNone({
  any_project,
  time_zone,
  archived,
  belongs,
  schedule_id,
}: ScheduledPlace): NoSchedule | null {
  if (schedule_id !== null) return null;
  if (archived)
    return {
      code: 'project_archived',
      message: 'The project is archived, and nothing runs in it by itself.',
    };
  if (!any_project)
    return {
      code: 'no_project',
      message:
        'Agents run by themselves in projects, and the organisation has none. POST /api/projects makes one.',
    };
  if (time_zone === null)
    return {
      code: 'no_project_named',
      message: 'Each project has schedules of its own. Name project_id, or list them: GET /api/schedules.',
    };
  if (!belongs)
    return {
      code: 'not_a_project_member',
      message:
        'The agent runs for each project member, and this person is none: POST /api/projects/:id/members.',
    };
  return { code: 'being_made', message: 'A worker makes the schedule within seconds.' };
}
