import type { CalendarSpec, IntervalSpec, ScheduleSpec } from '@temporalio/client';
import { DAYS_OF_WEEK, MONTHS } from '@temporalio/client';
import { CronPattern } from 'croner';
import type { Cadence } from '../../platform/db/entities/schedule.entity.js';
import { offsetMs } from './local-time.js';
import { nextTicks } from './ticks.js';

/** Builds the wake-ups of a cadence: every nominal tick, and perhaps a few more, which find nothing to do. */
export function temporalSpec(cadence: Cadence, now: Date): ScheduleSpec {
  switch (cadence.kind) {
    case 'interval':
      return { intervals: [{ every: cadence.every_seconds * 1000 }] };
    case 'once':
      return { calendars: [moment(new Date(cadence.at))] };
    case 'cron':
      return {
        timezone: cadence.time_zone,
        calendars: calendars(cadence.cron),
        intervals: aroundShifts(cadence, now),
      };
  }
}

function calendars(cron: string): CalendarSpec[] {
  const pattern = new CronPattern(cron, undefined, { mode: '5-part' });
  const times = {
    minute: chosen(pattern.minute, (index) => index),
    hour: chosen(pattern.hour, (index) => index),
    month: chosen(pattern.month, (index) => MONTHS[index]!),
  };
  const movable = pattern.lastDayOfMonth || pattern.lastWeekday || pattern.nearestWeekdays.some(Boolean);
  const dayOfMonth = pattern.starDOM || movable ? '*' : chosen(pattern.day, (index) => index + 1);
  const dayOfWeek = pattern.starDOW ? '*' : chosen(pattern.dayOfWeek, (index) => DAYS_OF_WEEK[index]!);
  if (pattern.starDOM || pattern.starDOW || pattern.useAndLogic) return [{ ...times, dayOfMonth, dayOfWeek }];
  return [
    { ...times, dayOfMonth },
    { ...times, dayOfWeek },
  ];
}

function chosen<T>(flags: number[], name: (index: number) => T): T[] {
  return flags.flatMap((flag, index) => (flag ? [name(index)] : []));
}

function moment(at: Date): CalendarSpec {
  return {
    year: at.getUTCFullYear(),
    month: MONTHS[at.getUTCMonth()]!,
    dayOfMonth: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
  };
}

/** Temporal reads a zone's clock in its own way in the hours around a shift: there every tick is named as a moment. */
function aroundShifts(cadence: Extract<Cadence, { kind: 'cron' }>, now: Date): IntervalSpec[] {
  const year = now.getUTCFullYear();
  const ticks = shiftsOf(cadence.time_zone, year, year + 2).flatMap((shift) => {
    const from = new Date(shift.getTime() - AROUND_MS);
    return nextTicks(cadence, from, MOST_AROUND_ONE).filter(
      (tick) => tick.getTime() <= shift.getTime() + AROUND_MS,
    );
  });
  return ticks.map((tick) => ({ every: TWENTY_YEARS_MS, offset: tick.getTime() % TWENTY_YEARS_MS }));
}

/** The caretaker wakes cadences with more ticks around a shift, because it looks for cadences behind their ticks. */
const MOST_AROUND_ONE = 24;
const AROUND_MS = 3 * 3_600_000;
const TWENTY_YEARS_MS = 20 * 365 * 86_400_000;

const DAY_MS = 86_400_000;
const known = new Map<string, readonly Date[]>();

/** Moments at which the zone's clock leaps forward or falls back. */
export function shiftsOf(time_zone: string, from_year: number, to_year: number): readonly Date[] {
  const key = `${time_zone} ${from_year} ${to_year}`;
  const shifts = known.get(key) ?? findShifts(time_zone, Date.UTC(from_year, 0, 1), Date.UTC(to_year, 0, 1));
  known.set(key, shifts);
  return shifts;
}

function findShifts(time_zone: string, from: number, to: number): Date[] {
  const shifts: Date[] = [];
  for (let day = from; day < to; day += DAY_MS) {
    const before = offsetMs(day, time_zone);
    if (offsetMs(day + DAY_MS, time_zone) === before) continue;
    let low = day;
    let high = day + DAY_MS;
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000;
      if (offsetMs(middle, time_zone) === before) low = middle;
      else high = middle;
    }
    shifts.push(new Date(high));
  }
  return shifts;
}
