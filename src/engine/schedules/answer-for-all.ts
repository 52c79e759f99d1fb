import type { DataSource, EntityManager } from 'typeorm';
import type { Cadence, SpanOutcome, TickReason } from '../../platform/db/entities/schedule.entity.js';
import { missed } from '../cadences/due.js';
import { nextTick, spanOf } from '../cadences/ticks.js';
import { BACKGROUND_OFF, offFrom } from './background-off.js';
import { setAccounted } from './cadence.store.js';
import { insertSpan } from './tick.store.js';

/** Looking a cron's ticks up takes a moment each. */
const MOST_IN_A_SPAN = 2000;

interface Reached {
  id: string;
  spec: Cadence;
  accounted_until: Date;
  firing_at: Date | null;
  off_since: Date | null;
  now: Date;
}

/**
 * Answers the ticks up to now that nobody has answered, as the ledger has shown them: missed, or of a time while
 * background work was off. Those that were still to come get `otherwise`. The tick that is being answered goes on.
 */
export async function answerRest(
  tx: EntityManager,
  cadence: Reached,
  catch_up_seconds: number,
  otherwise: { outcome: SpanOutcome; reason: TickReason },
): Promise<void> {
  const { accounted_until, firing_at, off_since, now } = cadence;
  const off = off_since ? offFrom(off_since) : now;
  const oldest = new Date(now.getTime() - catch_up_seconds * 1000 - 1);
  let reached = later(accounted_until, firing_at ?? accounted_until);
  const answer = async (until: Date, outcome: SpanOutcome, reason: TickReason) => {
    await writeSpans(tx, cadence, reached, until, outcome, reason);
    reached = later(reached, until);
  };
  await answer(oldest < off ? oldest : off, 'missed', missed(catch_up_seconds));
  await answer(off, otherwise.outcome, otherwise.reason);
  await answer(now, 'gated', BACKGROUND_OFF);
  await reach(tx, cadence, now);
}

function later(one: Date, other: Date): Date {
  return one < other ? other : one;
}

/** Answers the ticks after `after` up to and with `until` at once, for everybody who followed. */
export async function answerForAll(
  db: DataSource | EntityManager,
  cadence: Pick<Reached, 'id' | 'spec'>,
  after: Date,
  until: Date,
  outcome: SpanOutcome,
  reason: TickReason,
): Promise<number> {
  const ticks = await writeSpans(db, cadence, after, until, outcome, reason);
  await reach(db, cadence, until);
  return ticks;
}

async function writeSpans(
  db: DataSource | EntityManager,
  { id, spec }: Pick<Reached, 'id' | 'spec'>,
  after: Date,
  until: Date,
  outcome: SpanOutcome,
  reason: TickReason,
): Promise<number> {
  let ticks = 0;
  for (let from = after; ; ) {
    const span = spanOf(spec, from, until, MOST_IN_A_SPAN);
    if (!span) return ticks;
    from = span.last;
    ticks += span.ticks;
    await insertSpan(db, id, span, { outcome, reason });
  }
}

async function reach(
  db: DataSource | EntityManager,
  { id, spec }: Pick<Reached, 'id' | 'spec'>,
  until: Date,
): Promise<void> {
  await setAccounted(db, id, until, nextTick(spec, until));
}
