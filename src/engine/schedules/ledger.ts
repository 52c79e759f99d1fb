import type { SpanOutcome, TickReason } from '../../platform/db/entities/schedule.entity.js';
import { missed } from '../cadences/due.js';
import { BACKGROUND_OFF, offFrom } from './background-off.js';

export const TICK_OUTCOMES = [
  'fired',
  'late',
  'skipped',
  'coalesced',
  'missed',
  'gated',
  'pending',
  'unaccounted',
] as const;
type TickOutcome = (typeof TICK_OUTCOMES)[number];

/** A run that was admitted this long after its tick is late. */
const LATE_AFTER_MS = 60_000;

export interface RunOfTick {
  id: string;
  status: string;
  tick_at: Date;
  created_at: Date;
}

export interface SpanOfTicks {
  schedule_id: string | null;
  cadence_id: string;
  first_tick: Date;
  last_tick: Date;
  outcome: SpanOutcome;
  reason: TickReason;
}

/** The last answered tick of a cadence. */
export interface Reached {
  accounted_until: Date;
  firing_at: Date | null;
  fired_through: string | null;
  off_since: Date | null;
}

export interface Account {
  outcome: TickOutcome;
  reason: TickReason | null;
  run: RunOfTick | null;
}

/**
 * The one answer for a tick that a schedule followed. A run is one; else its own span, or one of all; else the tick was
 * not answered yet, and it depends on how long ago it was. `unaccounted` never happens.
 */
export function accountOf(
  tick: Date,
  schedule_id: string,
  run: RunOfTick | undefined,
  spans: readonly SpanOfTicks[],
  reached: Reached,
  { now, catch_up_seconds }: { now: Date; catch_up_seconds: number },
): Account {
  const span =
    spans.find((one) => one.schedule_id === schedule_id && covers(one, tick)) ??
    spans.find((one) => one.schedule_id === null && covers(one, tick));
  if (run) {
    const late = run.created_at.getTime() > tick.getTime() + LATE_AFTER_MS;
    return { outcome: late ? 'late' : 'fired', reason: span?.reason ?? null, run };
  }
  if (span) return { outcome: span.outcome, reason: span.reason, run: null };
  if (isAnswered(tick, schedule_id, reached)) {
    return {
      outcome: 'unaccounted',
      reason: { code: 'unaccounted', message: 'Nothing was recorded.' },
      run: null,
    };
  }
  if (reached.off_since && tick > offFrom(reached.off_since))
    return { outcome: 'gated', reason: BACKGROUND_OFF, run: null };
  if (tick.getTime() < now.getTime() - catch_up_seconds * 1000)
    return { outcome: 'missed', reason: missed(catch_up_seconds), run: null };
  return {
    outcome: 'pending',
    reason: { code: 'pending', message: 'It is about to be answered; a worker has to be there for it.' },
    run: null,
  };
}

function isAnswered(
  tick: Date,
  schedule_id: string,
  { accounted_until, firing_at, fired_through }: Reached,
): boolean {
  if (tick.getTime() === firing_at?.getTime()) return fired_through !== null && schedule_id <= fired_through;
  return tick <= accounted_until || (firing_at !== null && tick < firing_at);
}

function covers({ first_tick, last_tick }: SpanOfTicks, tick: Date): boolean {
  return first_tick <= tick && tick <= last_tick;
}
