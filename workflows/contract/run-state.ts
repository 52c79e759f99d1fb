/** The one state machine of a run: every status, every event, and which event may follow which status. */

export const RUN_STATUSES = [
  'queued',
  'throttled',
  'running',
  'waiting',
  'completed',
  'failed',
  'timed_out',
  'cancelled',
  'skipped',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];
/** No run has one of these yet: a resource guard will throttle a run, and a run will wait for a person. */
export const RESERVED_STATUSES = ['throttled', 'waiting'] as const satisfies RunStatus[];

export const RUN_EVENTS = [
  'background_task_scheduled',
  'background_run_queued',
  'background_run_claimed',
  'background_run_started',
  'background_run_heartbeat',
  'background_run_retrying',
  'background_run_recovered',
  'background_run_completed',
  'background_run_failed',
  'background_run_timeout',
  'background_run_cancelled',
  'background_run_skipped',
] as const;
export type RunEventType = (typeof RUN_EVENTS)[number];
/** No code writes this event yet: a run's first event is that it is queued. */
export const RESERVED_EVENTS = ['background_task_scheduled'] as const satisfies RunEventType[];

export const ENDED_STATUSES = ['completed', 'failed', 'timed_out', 'cancelled', 'skipped'] as const;
export type EndedStatus = (typeof ENDED_STATUSES)[number];
export const ACTIVE_STATUSES = ['queued', 'throttled', 'running', 'waiting'] as const;

export function assertNever(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}

export function isEnded(status: RunStatus): status is EndedStatus {
  switch (status) {
    case 'completed':
    case 'failed':
    case 'timed_out':
    case 'cancelled':
    case 'skipped':
      return true;
    case 'queued':
    case 'throttled':
    case 'running':
    case 'waiting':
      return false;
    default:
      return assertNever(status);
  }
}

/** The status after `event` in `status`, or null where the event may not happen there. */
export function nextStatus(status: RunStatus | null, event: RunEventType): RunStatus | null {
  if (status === null)
    return event === 'background_task_scheduled' || event === 'background_run_queued' ? 'queued' : null;
  if (isEnded(status)) return null;
  switch (event) {
    case 'background_task_scheduled':
      return null;
    case 'background_run_queued':
      return 'queued';
    case 'background_run_claimed':
      return status === 'queued' || status === 'throttled' ? 'queued' : null;
    case 'background_run_started':
      return status === 'queued' || status === 'throttled' ? 'running' : null;
    case 'background_run_heartbeat':
    case 'background_run_retrying':
      return status === 'running' ? 'running' : null;
    case 'background_run_recovered':
      return status;
    case 'background_run_completed':
      return status === 'running' ? 'completed' : null;
    case 'background_run_failed':
      return 'failed';
    case 'background_run_timeout':
      return 'timed_out';
    case 'background_run_cancelled':
      return 'cancelled';
    case 'background_run_skipped':
      return status === 'queued' || status === 'throttled' ? 'skipped' : null;
    default:
      return assertNever(event);
  }
}

/** The event that ends a run in `status`. */
export function endingEvent(status: EndedStatus): RunEventType {
  switch (status) {
    case 'completed':
      return 'background_run_completed';
    case 'failed':
      return 'background_run_failed';
    case 'timed_out':
      return 'background_run_timeout';
    case 'cancelled':
      return 'background_run_cancelled';
    case 'skipped':
      return 'background_run_skipped';
    default:
      return assertNever(status);
  }
}

/** The statuses in which `event` may happen: what a guarded UPDATE names in its WHERE. */
export function statusesBefore(event: RunEventType): RunStatus[] {
  return RUN_STATUSES.filter((status) => nextStatus(status, event) !== null);
}
