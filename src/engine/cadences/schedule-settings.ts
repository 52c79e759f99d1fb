import type { Environment } from '../../platform/config/environment.js';
import type { CadenceDefaults } from './cadence.js';

/** The operational settings that schedules go by, as they are now; `refresh` makes sure of it. */
export interface SettingsNow {
  current(): ScheduleSettings;
  refresh(): Promise<void>;
}

export type ScheduleSettings = Pick<
  Environment,
  | 'OPERATING_BACKGROUND_ENABLED'
  | 'OPERATING_BACKGROUND_INTERVAL_SECONDS'
  | 'SCHEDULE_SPREAD_SECONDS'
  | 'SCHEDULE_CATCH_UP_SECONDS'
  | 'TICKET_CONFLICT_SCAN_HOUR_UTC'
>;

export function cadenceDefaults(settings: ScheduleSettings): CadenceDefaults {
  return {
    interval_seconds: settings.OPERATING_BACKGROUND_INTERVAL_SECONDS,
    nightly_hour_utc: settings.TICKET_CONFLICT_SCAN_HOUR_UTC,
  };
}
