/**
 * Why a run does not execute: code → what it means, and what an operator does. `docs/reference/wait-reasons.md` and the
 * enum in the OpenAPI document are made from it.
 */

interface WaitReasonEntry {
  means: string;
  /** Markdown; links are relative to docs/reference. */
  action: string;
  /** Stored with the run, or worked out at each read because it changes by the minute. */
  kept: 'stored' | 'computed';
}

const table = {
  no_engine: {
    means: 'Temporal cannot be reached',
    action:
      'See [A part is down](../runbooks/a-part-is-down.md). Nothing is lost: the sweep starts all runs once Temporal answers',
    kept: 'computed',
  },
  dispatching: {
    means: 'the run is about to be handed to Temporal',
    action:
      'Nothing: this is normal for a moment. If it lasts, read the log of the API for `the run was not started yet`',
    kept: 'computed',
  },
  engine_refused: {
    means: 'Temporal answers, but refuses the start; the message has its words',
    action:
      'Mend what the message names, most often a missing namespace or [search attribute](../runbooks/runs-stay-queued.md). The start is tried again after a pause that doubles, up to five minutes',
    kept: 'stored',
  },
  ended_before: {
    means: 'the audit chain says that the run has ended, so somebody changed its row',
    action: 'See [The audit does not match](../runbooks/audit-mismatch.md). The run never starts',
    kept: 'stored',
  },
  agent_not_on_worker: {
    means:
      'the build of the worker that took the run lacks its agent: a rolling deploy is under way, or the API is newer than the workers',
    action: 'Finish the deploy. Temporal gives the run to workers until one knows the agent',
    kept: 'stored',
  },
  spread: {
    means: 'the starts of the schedule are spread over time; the run starts at `until`',
    action: 'Nothing. `SCHEDULE_SPREAD_SECONDS` sets how far starts are spread',
    kept: 'computed',
  },
  gathering: {
    means: 'the run follows a change, and further changes become part of it until it starts at `until`',
    action: 'Nothing',
    kept: 'computed',
  },
  no_worker: {
    means: 'no worker polls the task queue',
    action:
      'Start a worker. Check that its `TEMPORAL_TASK_QUEUE` and `TEMPORAL_NAMESPACE` are those of the API',
    kept: 'computed',
  },
  worker_busy: {
    means: 'workers poll, and have more to do than they can',
    action:
      'Start more workers. In the Temporal Web UI the backlog of the task queue shows how far behind they are',
    kept: 'computed',
  },
  workflow_stuck: {
    means:
      'the run is under way, but its workflow task fails again and again; the message has the words of Temporal',
    action:
      'A nondeterminism error during a deploy: finish the deploy, so that all workers are of one build. The run begins again within a minute and repeats no effect. Any other error, or if it lasts: read the log of the worker, and cancel or terminate the run',
    kept: 'stored',
  },
  retry_backoff: {
    means: 'an attempt failed, and the next one starts at `until`',
    action: 'Read the error in `GET /api/agent-runs/{id}/attempts`',
    kept: 'stored',
  },
} satisfies Record<string, WaitReasonEntry>;

export type WaitReasonCode = keyof typeof table;

export const WAIT_REASONS = Object.keys(table) as [WaitReasonCode, ...WaitReasonCode[]];

export const WAIT_REASON_TABLE: Readonly<Record<WaitReasonCode, WaitReasonEntry>> = table;

/** Why a run does not execute, as its row keeps it and as the API shows it. */
export interface WaitReason {
  code: WaitReasonCode;
  message: string;
  until?: string;
}

/** The one maker of reasons: a code that the table lacks does not compile. */
export function waitFor(code: WaitReasonCode, message: string, until?: string): WaitReason {
  return { code, message, ...(until === undefined ? {} : { until }) };
}
