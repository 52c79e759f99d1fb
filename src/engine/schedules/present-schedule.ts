import type { NamedBinding } from '../agents/binding.store.js';
import { localTime } from '../cadences/local-time.js';
import type { ScheduleSettings } from '../cadences/schedule-settings.js';
import { spreadMs, spreadStartOf } from '../cadences/spread.js';
import { nextTick } from '../cadences/ticks.js';
import type { TickAccount } from './ledger.store.js';
import type { ShownSchedule } from './schedule.repository.js';

export function presentSchedule(
  row: ShownSchedule,
  decided: { enabled: boolean; decided_by: NamedBinding | null },
  settings: ScheduleSettings,
) {
  const next = row.spec && nextTick(row.spec, new Date());
  return {
    id: row.id,
    agent: row.agent,
    project_id: row.project_id,
    user_id: row.user_id,
    schedule: row.spec,
    origin: { binding_id: row.origin },
    time_zone: zoneOf(row),
    ...decided,
    background_enabled: settings.OPERATING_BACKGROUND_ENABLED,
    paused: row.paused_at && { at: row.paused_at, by: row.paused_by },
    next: next && presentNext(row, next, settings.SCHEDULE_SPREAD_SECONDS),
    last_run: row.last_run && presentLastRun(row.last_run),
    failing_since: row.failing_since,
    refused: row.refused,
    created_at: row.created_at,
  };
}

export function presentNext(row: ShownSchedule, tick: Date, spread_seconds: number) {
  const spread = row.spec ? spreadMs(row.spec, tick, spread_seconds) : 0;
  const starts_at = spreadStartOf(row.id, tick, spread);
  const zone = zoneOf(row);
  return {
    tick_at: tick,
    local: localTime(tick, zone),
    starts_at,
    starts_at_local: localTime(starts_at, zone),
  };
}

/** PostgreSQL writes times within JSON with an offset; answers hold them in UTC. */
function presentLastRun({ tick_at, created_at, ...run }: NonNullable<ShownSchedule['last_run']>) {
  return { ...run, tick_at: tick_at && new Date(tick_at), created_at: new Date(created_at) };
}

export function presentTick(tick: TickAccount, time_zone: string) {
  const { run } = tick;
  return { ...presentTickWithoutRun(tick, time_zone), run: run && { id: run.id, status: run.status } };
}

export function presentTickWithoutRun({ tick_at, outcome, reason }: TickAccount, time_zone: string) {
  return { tick_at, local: localTime(tick_at, time_zone), outcome, reason };
}

/** A cron is told in its own zone, everything else in the project's. */
export function zoneOf({ spec, time_zone }: ShownSchedule): string {
  return spec?.kind === 'cron' ? spec.time_zone : time_zone;
}
