import { ApplicationFailure, activityInfo } from '@temporalio/activity';
import type { RunError } from '../../workflows/contract/errors.js';
import type { Begun, LifecycleActivities, Outcome, Progress, Written } from '../../workflows/contract/run.js';

/** Which activity of which workflow writes: with it a write happens once and finds its proof in history. */
export interface ActivityOrigin {
  run_id: string;
  temporal_run_id: string;
  activity_id: string;
  worker: string;
}

export interface RunStore {
  begin(origin: ActivityOrigin): Promise<Begun>;
  progress(origin: ActivityOrigin, progress: Progress): Promise<Written>;
  retrying(origin: ActivityOrigin, error: RunError, next_attempt: number, delay_ms: number): Promise<Written>;
  startAttempt(origin: ActivityOrigin, attempt: number): Promise<Written>;
  finish(origin: ActivityOrigin, outcome: Outcome, progress: Progress | null): Promise<Written>;
}

export function createLifecycle(needs: { runs: RunStore; worker: string }): LifecycleActivities {
  const { runs } = needs;
  const origin = (run_id: string): ActivityOrigin => {
    const info = activityInfo();
    const { runId } = info.workflowExecution ?? {};
    if (!runId) throw ApplicationFailure.nonRetryable('a run is written from its workflow only');
    return { run_id, temporal_run_id: runId, activity_id: info.activityId, worker: needs.worker };
  };
  return {
    begin: ({ run_id }) => runs.begin(origin(run_id)),
    progress: ({ run_id, progress }) => runs.progress(origin(run_id), progress),
    retrying: ({ run_id, error, next_attempt, delay_ms }) =>
      runs.retrying(origin(run_id), error, next_attempt, delay_ms),
    startAttempt: ({ run_id, attempt }) => runs.startAttempt(origin(run_id), attempt),
    finish: ({ run_id, outcome, progress }) => runs.finish(origin(run_id), outcome, progress),
  };
}
