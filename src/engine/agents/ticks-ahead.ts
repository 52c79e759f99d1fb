import type { DataSource } from 'typeorm';
import type { VersionDefinition } from '../../../workflows/contract/version.js';
import { cadenceOf } from '../schedules/cadence.js';
import { localTime } from '../schedules/local-time.js';
import { cadenceDefaults, type ScheduleSettings } from '../schedules/schedule-settings.js';
import { spreadMs, spreadStartOf } from '../schedules/spread.js';
import { nextTicks } from '../schedules/ticks.js';
import type { Place } from './effective.js';

const AHEAD = 5;

export interface TicksAhead {
  /** The schedule that follows it there; null where there is none yet, or no project was named. */
  schedule_id: string | null;
  next_ticks: { tick_at: Date; local: string; starts_at: Date | null }[];
}

/** When an agent would run by itself in a place. */
export async function ticksAhead(
  db: DataSource,
  agent: string,
  place: Place,
  { schedule, audience }: Pick<VersionDefinition, 'schedule' | 'audience'>,
  settings: ScheduleSettings,
): Promise<TicksAhead> {
  const [found]: { time_zone: string; schedule_id: string | null }[] = await db.query(
    `SELECT p.time_zone, s.id AS schedule_id
       FROM projects p
       LEFT JOIN schedules s ON s.project_id = p.id AND s.agent = $1 AND s.user_id IS NOT DISTINCT FROM $4
        AND s.cadence_id IS NOT NULL
      WHERE p.id = $3 AND p.organisation_id = $2`,
    [agent, place.organisation_id, place.project_id, audience === 'project' ? null : place.user_id],
  );
  const { time_zone, schedule_id } = found ?? { time_zone: 'UTC', schedule_id: null };
  const cadence = cadenceOf(schedule, { time_zone, ...cadenceDefaults(settings) });
  if (cadence === null) return { schedule_id, next_ticks: [] };
  const zone = cadence.kind === 'cron' ? cadence.time_zone : time_zone;
  const next_ticks = nextTicks(cadence, new Date(), AHEAD).map((tick_at) => {
    const spread = spreadMs(cadence, tick_at, settings.SCHEDULE_SPREAD_SECONDS);
    return {
      tick_at,
      local: localTime(tick_at, zone),
      starts_at: schedule_id ? spreadStartOf(schedule_id, tick_at, spread) : null,
    };
  });
  return { schedule_id, next_ticks };
}
