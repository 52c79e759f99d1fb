import { type WaitReason, waitFor } from '../../../workflows/contract/wait-reasons.js';
import type { OutputLink } from '../../../workflows/contract/work.js';
import type { AgentRun } from '../../platform/db/entities/run.entity.js';

/** The facts about a waiting run that only this moment knows. */
export interface WaitContext {
  engine_up: boolean;
  polling_workers: number;
  temporal_ui: string | null;
  namespace: string;
}

type Unseen = 'input' | 'result' | 'request_hash' | 'agent_version_id';
export type FeedRow = Omit<AgentRun, Unseen>;

/** A run as the feed shows it: everything but its input and result. */
export function presentFeedRow(run: FeedRow, context: WaitContext) {
  return {
    id: run.id,
    agent: run.agent,
    agent_version: run.agent_version,
    settings: run.settings,
    status: run.status,
    wait_reason: waitReason(run, context),
    progress: run.progress,
    error: run.error,
    usage: run.usage,
    attempt: run.attempt,
    trigger: run.trigger,
    target: run.target_type ? { type: run.target_type, id: run.target_id } : null,
    project_id: run.project_id,
    user_id: run.user_id,
    priority: run.priority,
    labels: run.labels,
    timeout_seconds: run.timeout_seconds,
    parent_run_id: run.parent_run_id,
    rerun_of: run.rerun_of,
    schedule_id: run.schedule_id,
    tick_at: run.tick_at,
    due_at: run.due_at,
    created_at: run.created_at,
    dispatched_at: run.dispatched_at,
    started_at: run.started_at,
    finished_at: run.finished_at,
    cancel_requested_at: run.cancel_requested_at,
    links: links(run, context),
  };
}

export function presentRun(run: AgentRun, context: WaitContext, outputs: OutputLink[] = []) {
  return { ...presentFeedRow(run, context), input: run.input, result: run.result, outputs };
}

function links(
  { id, schedule_id }: Pick<FeedRow, 'id' | 'schedule_id'>,
  { temporal_ui, namespace }: WaitContext,
) {
  const self = `/api/agent-runs/${id}`;
  return {
    self,
    events: `${self}/events`,
    attempts: `${self}/attempts`,
    workspace: `${self}/workspace`,
    audit: `${self}/audit`,
    schedule: schedule_id && `/api/schedules/${schedule_id}`,
    history: temporal_ui ? `${temporal_ui.replace(/\/$/, '')}/namespaces/${namespace}/workflows/${id}` : null,
  };
}

/** A run that is not executing always says why. */
function waitReason(
  run: Pick<AgentRun, 'status' | 'dispatched_at' | 'wait_reason' | 'due_at' | 'tick_at'>,
  { engine_up, polling_workers }: WaitContext,
): WaitReason | null {
  if (run.wait_reason || run.status !== 'queued') return run.wait_reason;
  if (run.dispatched_at === null) {
    return engine_up
      ? waitFor('dispatching', 'The run is about to be handed to Temporal.')
      : waitFor('no_engine', 'Temporal cannot be reached; the run starts when it is back.');
  }
  if (run.due_at && run.due_at.getTime() > Date.now()) {
    const until = run.due_at.toISOString();
    return run.tick_at
      ? waitFor('spread', `The starts of its schedule are spread; it starts at ${until}.`, until)
      : waitFor('gathering', `Further changes become part of it until it starts at ${until}.`, until);
  }
  return polling_workers === 0
    ? waitFor('no_worker', 'No worker polls for runs; start one.')
    : waitFor('worker_busy', `The run waits for one of ${polling_workers} polling workers.`);
}
