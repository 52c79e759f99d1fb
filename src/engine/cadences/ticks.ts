import { Cron } from 'croner';
import type { Cadence } from '../../platform/db/entities/schedule.entity.js';

/**
 * The nominal ticks of a cadence across daylight saving. A fixed time that the clock skips happens at the end of the
 * jump. A fixed time that the clock shows twice happens the first time. Ticks that recur within the hour continue
 * through both.
 */

/** The first tick after `after`; null when there is none any more. */
export function nextTick(cadence: Cadence, after: Date): Date | null {
  return nextTicks(cadence, after, 1)[0] ?? null;
}

export function nextTicks(cadence: Cadence, after: Date, count: number): Date[] {
  switch (cadence.kind) {
    case 'interval': {
      const period = cadence.every_seconds * 1000;
      const first = Math.floor(after.getTime() / period) * period + period;
      return Array.from({ length: count }, (_, index) => new Date(first + index * period));
    }
    case 'cron':
      return cronOf(cadence).nextRuns(count, after);
    case 'once': {
      const at = new Date(cadence.at);
      return count > 0 && at > after ? [at] : [];
    }
  }
}

/** The last tick before `before`. */
export function previousTick(cadence: Cadence, before: Date): Date | null {
  return previousTicks(cadence, before, 1)[0] ?? null;
}

/** The latest first. */
export function previousTicks(cadence: Cadence, before: Date, count: number): Date[] {
  switch (cadence.kind) {
    case 'interval': {
      const period = cadence.every_seconds * 1000;
      const first = Math.ceil(before.getTime() / period) * period - period;
      return Array.from({ length: count }, (_, index) => new Date(first - index * period));
    }
    case 'cron':
      return cronOf(cadence).previousRuns(count, before);
    case 'once': {
      const at = new Date(cadence.at);
      return count > 0 && at < before ? [at] : [];
    }
  }
}

/** A run of consecutive ticks that share an answer. */
interface TickSpan {
  first: Date;
  last: Date;
  ticks: number;
}

/**
 * Returns the ticks after `after` up to and with `until`; only the first `most` if each has to be looked up; null if
 * there are none.
 */
export function spanOf(
  cadence: Cadence,
  after: Date,
  until: Date,
  most = Number.POSITIVE_INFINITY,
): TickSpan | null {
  if (cadence.kind === 'interval') {
    const period = cadence.every_seconds * 1000;
    const from = Math.floor(after.getTime() / period) + 1;
    const to = Math.floor(until.getTime() / period);
    if (to < from) return null;
    return { first: new Date(from * period), last: new Date(to * period), ticks: to - from + 1 };
  }
  const first = nextTick(cadence, after);
  if (first === null || first > until) return null;
  let last = first;
  let ticks = 1;
  while (ticks < most) {
    const next = nextTick(cadence, last);
    if (next === null || next > until) break;
    last = next;
    ticks += 1;
  }
  return { first, last, ticks };
}

const crons = new Map<string, Cron>();
const MOST_CRONS = 1000;

function cronOf({ cron, time_zone }: Extract<Cadence, { kind: 'cron' }>): Cron {
  const key = `${cron} ${time_zone}`;
  const known = crons.get(key);
  if (known) return known;
  if (crons.size >= MOST_CRONS) crons.clear();
  const made = new Cron(cron, {
    timezone: time_zone,
    mode: '5-part',
    fixedTimeRule: 'no-wildcard',
    paused: true,
  });
  crons.set(key, made);
  return made;
}
