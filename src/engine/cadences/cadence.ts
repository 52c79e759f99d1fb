import type { Schedule } from '../../../workflows/contract/schedule.js';
import type { Cadence } from '../../platform/db/entities/schedule.entity.js';

/** The values that fill a schedule's gaps, besides the project's zone. */
export interface CadenceDefaults {
  interval_seconds: number;
  nightly_hour_utc: number;
}

/** Returns null for an agent that runs only by hand. */
export function cadenceOf(
  schedule: Schedule,
  { time_zone, interval_seconds, nightly_hour_utc }: CadenceDefaults & { time_zone: string },
): Cadence | null {
  switch (schedule.kind) {
    case 'manual':
      return null;
    case 'interval':
      return { kind: 'interval', every_seconds: schedule.every_seconds ?? interval_seconds };
    case 'cron':
      return {
        kind: 'cron',
        cron: schedule.cron.trim().replace(/\s+/g, ' '),
        time_zone: schedule.time_zone ?? time_zone,
      };
    case 'nightly':
      return { kind: 'cron', cron: `0 ${nightly_hour_utc} * * *`, time_zone: 'UTC' };
    case 'once':
      return { kind: 'once', at: schedule.at };
  }
}

/** The key is the same for every member of a cadence, and for no other. */
export function cadenceKey(cadence: Cadence): string {
  switch (cadence.kind) {
    case 'interval':
      return `interval ${cadence.every_seconds} s`;
    case 'cron':
      return `cron ${cadence.cron} ${cadence.time_zone}`;
    case 'once':
      return `once ${cadence.at}`;
  }
}
