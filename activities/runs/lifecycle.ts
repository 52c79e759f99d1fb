import { ApplicationFailure, activityInfo } from '@temporalio/activity';
import type { ErrorCode, RunError } from '../../workflows/contract/errors.js';
import type {
  Begun,
  Closed,
  LifecycleActivities,
  Outcome,
  Progress,
  Writing,
  Written,
} from '../../workflows/contract/run.js';
import type { Kept } from '../../workflows/contract/work.js';

/** The workflow and activity that write: they make a write happen once and let it find its proof in history. */
export interface ActivityOrigin {
  run_id: string;
  temporal_run_id: string;
  worker: string;
  /** The workflow has receipts of all its events up to this one. */
  known: number;
}

export interface RunStore {
  begin(origin: ActivityOrigin): Promise<Begun>;
  progress(origin: ActivityOrigin, progress: Progress, attempt: number): Promise<Written>;
  retrying(origin: ActivityOrigin, error: RunError, next_attempt: number, delay_ms: number): Promise<Written>;
  startAttempt(origin: ActivityOrigin, attempt: number): Promise<Written>;
  finish(origin: ActivityOrigin, outcome: Outcome, progress: Progress | null): Promise<Written>;
}

interface Ended {
  run_id: string;
  agent: string;
  custom?: boolean;
}

/** Holds a result against its output schema; the words say what does not fit. */
export type CheckOutput = (
  ended: Ended,
  result: unknown,
) => Promise<{ ok: true; result: unknown } | { ok: false; code: ErrorCode; message: string }>;

/** Fills in what a flow left out of its result. */
export type CompleteResult = (run_id: string, kept: Kept, partly: unknown) => Promise<unknown>;

export interface LifecycleNeeds {
  runs: RunStore;
  worker: string;
  completeResult: CompleteResult;
  checkOutput: CheckOutput;
}

export function createLifecycle(needs: LifecycleNeeds): LifecycleActivities {
  const { runs } = needs;
  const origin = ({ run_id, known }: Writing): ActivityOrigin => {
    const { runId } = activityInfo().workflowExecution ?? {};
    if (!runId) throw ApplicationFailure.nonRetryable('a run is written from its workflow only');
    return { run_id, temporal_run_id: runId, worker: needs.worker, known };
  };
  return {
    begin: (writing) => runs.begin(origin(writing)),
    progress: ({ progress, attempt, ...writing }) => runs.progress(origin(writing), progress, attempt),
    retrying: ({ error, next_attempt, delay_ms, ...writing }) =>
      runs.retrying(origin(writing), error, next_attempt, delay_ms),
    startAttempt: ({ attempt, ...writing }) => runs.startAttempt(origin(writing), attempt),
    async finish({ outcome: given, progress, known, ...ended }) {
      const outcome = await checked(given, ended, needs);
      const written = await runs.finish(origin({ run_id: ended.run_id, known }), outcome, progress);
      return { ...written, closed: closedBy(outcome) };
    },
  };
}

/** A result that its agent does not declare is no result. */
async function checked(outcome: Outcome, ended: Ended, needs: LifecycleNeeds): Promise<Outcome> {
  if (outcome.status !== 'completed') return outcome;
  const { status, attempt, kept, result } = outcome;
  const whole = kept ? await needs.completeResult(ended.run_id, kept, result) : result;
  const check = await needs.checkOutput(ended, whole);
  if (check.ok) return { status, attempt, result: check.result };
  const { code, message } = check;
  const error = { code, message, retryable: false, step: 'output', attempt };
  return { status: 'failed', error, attempt };
}

function closedBy(outcome: Outcome): Closed {
  const { status, attempt } = outcome;
  if (outcome.status === 'completed') return { status, attempt };
  const { code, message } = outcome.error;
  return { status, attempt, error: { code, message } };
}
