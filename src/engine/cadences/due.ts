import type { Cadence, SpanOutcome, TickReason } from '../../platform/db/entities/schedule.entity.js';
import { previousTick } from './ticks.js';

/**
 * The answers to the ticks since `accounted_until`: the latest that is not too late fires, the others have a reason.
 */
interface Due {
  /** The tick whose members are to be answered one by one. */
  fires: Date | null;
  /** Ticks answered for everybody, in order: those after `after` up to and with `until`. */
  without_run: { after: Date; until: Date; outcome: SpanOutcome; reason: TickReason }[];
}

export function dueTicks(
  cadence: Cadence,
  accounted_until: Date,
  horizon: Date,
  catch_up_seconds: number,
): Due {
  const last = previousTick(cadence, new Date(horizon.getTime() + 1));
  if (last === null || last <= accounted_until) return { fires: null, without_run: [] };
  const oldest = new Date(horizon.getTime() - catch_up_seconds * 1000);
  const without_run: Due['without_run'] = [];
  let after = accounted_until;
  const lastMissed = previousTick(cadence, oldest);
  if (lastMissed && lastMissed > after) {
    without_run.push({ after, until: lastMissed, outcome: 'missed', reason: missed(catch_up_seconds) });
    after = lastMissed;
  }
  if (last < oldest) return { fires: null, without_run };
  const before = previousTick(cadence, last);
  if (before && before > after) {
    without_run.push({ after, until: before, outcome: 'coalesced', reason: coalesced(last) });
  }
  return { fires: last, without_run };
}

export function missed(catch_up_seconds: number): TickReason {
  return {
    code: 'too_late',
    message: `Nobody was there to answer it within ${catch_up_seconds} s (SCHEDULE_CATCH_UP_SECONDS).`,
  };
}

function coalesced(into: Date): TickReason {
  return {
    code: 'coalesced',
    message: `It was late, together with later ones; the tick at ${into.toISOString()} stands for it, too.`,
    into: into.toISOString(),
  };
}
