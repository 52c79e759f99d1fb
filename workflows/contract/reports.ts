import type { EndedStatus, RunStatus } from './run-state.js';

/** What reports are told of a project: figures and references, never documents. */

/** Agents that tell of the others. */
export const REPORTS: readonly string[] = ['operating_pulse', 'proactive_daily_review'];
/** Agents whose work is no news, unless it failed. */
export const UPKEEP: readonly string[] = ['reindex'];

/** The first of so many. */
export interface Listed<T> {
  total: number;
  listed: T[];
}

export interface EndedRuns {
  agent: string;
  status: EndedStatus;
  count: number;
}

export interface FailedRun {
  run_id: string;
  agent: string;
  code: string;
  ended_at: string;
}

/** Facts with the messages of the failures, as a model is told them; they may quote anything, and stay out of history. */
export type WithMessages<Facts extends { failures: Listed<FailedRun> }> = Omit<Facts, 'failures'> & {
  failures: Listed<FailedRun & { message: string }>;
};

export interface ProjectChanges {
  since: string;
  until: string;
  /** Where the next pulse goes on: commits do not happen in the order of any clock. */
  position: string;
  ended: Listed<EndedRuns>;
  failures: Listed<FailedRun>;
  schedules: Listed<{ schedule_id: string; agent: string; change: 'failing' | 'recovered'; at: string }> & {
    failing: number;
    recovered: number;
    failing_now: number;
  };
  /** Runs that have waited for long; `total` of them since this pulse, the others were told of before. */
  waiting: Listed<{ run_id: string; agent: string; status: RunStatus; since: string }> & { now: number };
}

/** Ticks of one agent's schedules that had no run, by what became of them. */
export interface TicksWithoutRun {
  agent: string;
  outcome: string;
  code: string;
  count: number;
}

/** A day as the project's clock shows it; where the clock shifts it has 23 or 25 hours. */
export interface ProjectDay {
  day: string;
  time_zone: string;
  since: string;
  until: string;
  ended: Listed<EndedRuns>;
  failures: Listed<FailedRun>;
  durations: { median_ms: number; longest: { run_id: string; agent: string; ms: number } } | null;
  ticks_without_run: Listed<TicksWithoutRun>;
  /** Of all runs, those of reports too. */
  usage: {
    model_calls: number;
    input_tokens: number;
    output_tokens: number;
    cost_usd: number | null;
    runs_of_unknown_cost: number;
  };
}

export interface ReportActivities {
  /** What changed since then, or else since the pulse before; with neither, within a day. */
  projectChanges(args: { run_id: string; since: string | null }): Promise<ProjectChanges>;
  /** Without a day: the one before the run's tick, or before it was asked for. */
  projectDay(args: { run_id: string; day: string | null }): Promise<ProjectDay>;
}
