import type { Cadence } from '../../platform/db/entities/schedule.entity.js';
import { sha256 } from '../../platform/digest.js';
import { nextTick } from './ticks.js';

/** The most a start is put off: as set, and never more than a tenth of the time to the next tick. */
export function spreadMs(cadence: Cadence, tick: Date, most_seconds: number): number {
  const next = nextTick(cadence, tick);
  const most = most_seconds * 1000;
  return next ? Math.min(most, Math.floor((next.getTime() - tick.getTime()) / 10)) : most;
}

/**
 * Returns when a schedule's run of this tick starts: never before the tick, and always at the same distance from it.
 */
export function spreadStartOf(schedule_id: string, tick: Date, spread_ms: number): Date {
  return new Date(tick.getTime() + Math.floor(shareOf(schedule_id) * spread_ms));
}

/** A number from 0 up to 1 that belongs to the schedule. */
function shareOf(schedule_id: string): number {
  return sha256(schedule_id).readUInt32BE(0) / 2 ** 32;
}
