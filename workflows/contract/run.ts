import type { RunError } from './errors.js';
import type { EndedStatus, RunEventType } from './run-state.js';
import type { Kept } from './work.js';

/** The messages between the API, the workflow and its activities: references and small facts, never documents. */

export const RUN_WORKFLOW = 'agentRun';

/** Proof of one event: recorded in workflow history, it pins the row that people see. */
export interface Receipt {
  seq: number;
  type: RunEventType;
  digest: string;
}

/** Argument of the workflow. `receipts` are the events written before it started. */
export interface RunStart {
  run_id: string;
  organisation_id: string;
  agent: string;
  receipts: Receipt[];
}

export interface RetryPolicy {
  max_attempts: number;
  first_delay_ms: number;
  backoff: number;
  max_delay_ms: number;
}

/** Histories from before runs kept to a version say neither `retry` nor `custom`. */
export interface Going {
  outcome: 'go';
  input: unknown;
  timeout_ms: number;
  receipts: Receipt[];
  retry?: RetryPolicy;
  /** No built-in: the version's own words and schemas are all there is. */
  custom?: boolean;
}

export type Begun =
  | Going
  | { outcome: 'cancel'; receipts: Receipt[] }
  | { outcome: 'skip'; message: string; receipts: Receipt[] }
  | { outcome: 'ended'; receipts: Receipt[] };

export interface Progress {
  percent: number;
  done: number;
  total: number;
  text: string;
}

export type Outcome =
  | { status: Extract<EndedStatus, 'completed'>; result: unknown; kept?: Kept; attempt: number }
  | { status: Exclude<EndedStatus, 'completed'>; error: RunError; attempt: number };

/** How the run ended, and so how the workflow closes: the result itself lives with the run. */
export interface Closed {
  status: EndedStatus;
  attempt: number;
  error?: { code: string; message: string };
}

export interface Finished extends Written {
  closed: Closed;
}

export interface Written {
  receipts: Receipt[];
  /** The digest of what an ended run shows from now on. */
  shown?: string;
}

/**
 * A worker may die before history gets the receipt of a write. The next write attests everything after `known`, the
 * last event in history.
 */
export interface Writing {
  run_id: string;
  known: number;
}

/** The activities that write a run's life: begin and finish frame every body. */
export interface LifecycleActivities {
  begin(args: Writing): Promise<Begun>;
  progress(args: Writing & { progress: Progress; attempt: number }): Promise<Written>;
  retrying(args: Writing & { error: RunError; next_attempt: number; delay_ms: number }): Promise<Written>;
  startAttempt(args: Writing & { attempt: number }): Promise<Written>;
  finish(
    args: Writing & { agent: string; custom?: boolean; outcome: Outcome; progress: Progress | null },
  ): Promise<Finished>;
}

/** A file that a run wrote, by its path. */
export interface RunFile {
  path: string;
  content: string;
  content_type?: string;
}
