/** The schedule of an agent in a version or a binding. Missing fields are filled in for each member. */
export type Schedule =
  | { kind: 'manual' }
  /** The default period is OPERATING_BACKGROUND_INTERVAL_SECONDS. */
  | { kind: 'interval'; every_seconds?: number | undefined }
  /** The default zone is the project's. */
  | { kind: 'cron'; cron: string; time_zone?: string | undefined }
  /** Every day at TICKET_CONFLICT_SCAN_HOUR_UTC. */
  | { kind: 'nightly' }
  | { kind: 'once'; at: string };

/** For whom a scheduled agent runs: once for each project, or once for each member of each project. */
export const AUDIENCES = ['project', 'project_member'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** The rule for a tick while the run of an earlier one is still under way. */
export const OVERLAPS = ['skip_if_running', 'cancel_previous', 'allow_parallel'] as const;
export type Overlap = (typeof OVERLAPS)[number];

export const TICK_WORKFLOW = 'tick';

/** Argument of the workflow that a cadence's Temporal Schedule starts. */
export interface TickStart {
  cadence_id: string;
}

/** The outcome of one wake-up of a cadence. */
export interface Ticked {
  /** The nominal tick that fired, if one was due. */
  fired_at: string | null;
  admitted: number;
  /** Ticks accounted for without a run: missed, coalesced, or while background work was off. */
  without_run: number;
}

export interface TickActivities {
  fireTick(args: { cadence_id: string; scheduled_at: string | null }): Promise<Ticked>;
}
