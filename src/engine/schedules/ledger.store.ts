import type { DataSource, EntityManager } from 'typeorm';
import type { Cadence } from '../../platform/db/entities/schedule.entity.js';
import { previousTick } from '../cadences/ticks.js';
import { type Account, accountOf, type Reached, type RunOfTick, type SpanOfTicks } from './ledger.js';

type Db = DataSource | EntityManager;

export interface TickAccount extends Account {
  tick_at: Date;
  cadence_id: string;
}

interface LedgerPage {
  /** Ticks before this moment, the latest first. */
  before: Date;
  /** No tick is earlier than this. */
  from: Date;
  limit: number;
}

type Period = Reached & { cadence_id: string; spec: Cadence; since: Date; until: Date | null };

const PERIODS_OF_SCHEDULE = `
  SELECT p.cadence_id, p.since, p.until, c.spec, c.accounted_until, c.firing_at, c.fired_through, c.off_since
    FROM schedule_periods p JOIN cadences c ON c.id = p.cadence_id
   WHERE p.schedule_id = $1 AND p.since < $2 AND (p.until IS NULL OR p.until >= $3) ORDER BY p.since DESC`;

const SPANS_OF_SCHEDULE = `
  SELECT schedule_id, cadence_id, first_tick, last_tick, outcome, reason FROM tick_spans
   WHERE (schedule_id = $1 OR (schedule_id IS NULL AND cadence_id = ANY($4))) AND last_tick >= $2 AND first_tick <= $3`;

/** Reads every tick that a schedule has to answer, each with its answer, the latest first. */
export async function readLedger(
  db: Db,
  schedule_id: string,
  { before, from, limit }: LedgerPage,
  around: { now: Date; catch_up_seconds: number },
): Promise<TickAccount[]> {
  const periods: Period[] = await db.query(PERIODS_OF_SCHEDULE, [schedule_id, before, from]);
  const ticks = periods.flatMap((period) =>
    ticksOf(period, before, from, limit).map((tick_at) => ({ tick_at, period })),
  );
  const page = ticks.sort((a, b) => b.tick_at.getTime() - a.tick_at.getTime()).slice(0, limit);
  const [newest, oldest] = [page[0], page.at(-1)];
  if (!newest || !oldest) return [];
  const range = [schedule_id, oldest.tick_at, newest.tick_at];
  const runs: RunOfTick[] = await db.query(
    `SELECT id, status, tick_at, created_at FROM agent_runs WHERE schedule_id = $1 AND tick_at BETWEEN $2 AND $3`,
    range,
  );
  const spans: SpanOfTicks[] = await db.query(SPANS_OF_SCHEDULE, [
    ...range,
    [...new Set(page.map(({ period }) => period.cadence_id))],
  ]);
  const runOf = new Map(runs.map((run) => [run.tick_at.getTime(), run]));
  return page.map(({ tick_at, period }) => {
    const { cadence_id } = period;
    const own = spans.filter((span) => span.cadence_id === cadence_id);
    return {
      tick_at,
      cadence_id,
      ...accountOf(tick_at, schedule_id, runOf.get(tick_at.getTime()), own, period, around),
    };
  });
}

/** A period answers for the ticks after it began, up to and with the moment at which it ended. */
function ticksOf({ spec, since, until }: Period, before: Date, from: Date, limit: number): Date[] {
  const end = until && until < before ? new Date(until.getTime() + 1) : before;
  const ticks: Date[] = [];
  let tick = previousTick(spec, end);
  while (tick && tick > since && tick >= from && ticks.length < limit) {
    ticks.push(tick);
    tick = previousTick(spec, tick);
  }
  return ticks;
}
