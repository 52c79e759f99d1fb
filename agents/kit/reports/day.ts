import { z } from 'zod';
import type { ProjectDay } from '../../../workflows/contract/reports.js';
import { countSchema, ended, failedRuns, usageSchema } from './schemas.js';

/** The part of a review's result about the day's runs, taken from the database. */
export const dayOfRuns = {
  day: z.iso.date(),
  time_zone: z.string(),
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  ended,
  runs_ended: countSchema,
  failures: countSchema,
  failed_runs: failedRuns,
  median_ms: countSchema.nullable(),
  longest: z.object({ run_id: z.string(), agent: z.string(), ms: countSchema }).nullable(),
  ticks_without_run: z.array(
    z.object({ agent: z.string(), outcome: z.string(), code: z.string(), count: countSchema }),
  ),
  usage: usageSchema,
};

export function dayOfRunsFrom(facts: ProjectDay) {
  const { ended: runs, failures, durations, ticks_without_run: ticks, ...rest } = facts;
  return {
    ...rest,
    ended: runs.listed,
    runs_ended: runs.total,
    failures: failures.total,
    failed_runs: failures.listed,
    median_ms: durations?.median_ms ?? null,
    longest: durations?.longest ?? null,
    ticks_without_run: ticks.listed,
  };
}
