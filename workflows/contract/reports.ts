import { z } from 'zod';
import { ENDED_STATUSES, RUN_STATUSES } from './run-state.js';

/** The facts of a project for reports: figures and references, never documents. */

const count = z.int().min(0);
const moment = z.iso.datetime();

/** The first of so many. */
export interface Listed<T> {
  total: number;
  listed: T[];
}
const listed = <Item extends z.ZodType>(item: Item) => z.object({ total: count, listed: z.array(item) });

const endedRuns = z.object({ agent: z.string(), status: z.enum(ENDED_STATUSES), count });

const failedRun = z.object({ run_id: z.uuid(), agent: z.string(), code: z.string(), ended_at: moment });
export type FailedRun = z.output<typeof failedRun>;

/**
 * Facts with the messages of the failures, for the model alone: the messages may quote anything, and stay out of
 * history.
 */
export type WithMessages<Facts extends { failures: Listed<FailedRun> }> = Omit<Facts, 'failures'> & {
  failures: Listed<FailedRun & { message: string }>;
};

export const projectChanges = z.object({
  since: moment,
  until: moment,
  /** The next pulse goes on from here: commits do not happen in the order of any clock. */
  position: z.string(),
  ended: listed(endedRuns),
  failures: listed(failedRun),
  schedules: listed(
    z.object({
      schedule_id: z.uuid(),
      agent: z.string(),
      change: z.enum(['failing', 'recovered']),
      at: moment,
    }),
  ).extend({ failing: count, recovered: count, failing_now: count }),
  /** Runs that have waited for long; `total` counts those that the pulse before did not list. */
  waiting: listed(
    z.object({ run_id: z.uuid(), agent: z.string(), status: z.enum(RUN_STATUSES), since: moment }),
  ).extend({ now: count }),
});
export type ProjectChanges = z.output<typeof projectChanges>;

/** Ticks of one agent's schedules that had no run, by what became of them. */
const missedTicks = z.object({ agent: z.string(), outcome: z.string(), code: z.string(), count });
export type TicksWithoutRun = z.output<typeof missedTicks>;

/** A day as the project's clock shows it; where the clock shifts it has 23 or 25 hours. */
export const projectDay = z.object({
  day: z.iso.date(),
  time_zone: z.string(),
  since: moment,
  until: moment,
  ended: listed(endedRuns),
  failures: listed(failedRun),
  /** A clock that goes back between the start and the end of a run makes its duration negative. */
  durations: z
    .object({
      median_ms: z.int(),
      longest: z.object({ run_id: z.uuid(), agent: z.string(), ms: z.int() }),
    })
    .nullable(),
  ticks_without_run: listed(missedTicks),
  /** The usage of all runs, those of reports included. */
  usage: z.object({
    model_calls: count,
    input_tokens: count,
    output_tokens: count,
    cost_usd: z.number().nullable(),
    runs_of_unknown_cost: count,
  }),
});
export type ProjectDay = z.output<typeof projectDay>;
