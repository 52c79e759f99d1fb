import proto from '@temporalio/proto';
import type { History } from './history.js';

const { WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR: NONDETERMINISTIC } =
  proto.temporal.api.enums.v1.WorkflowTaskFailedCause;

export interface FailedTask {
  message: string;
  /** The flow is not the one that wrote the history. */
  nondeterministic: boolean;
}

export function lastFailedTask({ events }: History): FailedTask | null {
  const failed = (events ?? []).findLast((event) => event.workflowTaskFailedEventAttributes);
  if (!failed) return null;
  const { cause, failure } = failed.workflowTaskFailedEventAttributes ?? {};
  const message = failure?.cause?.message || failure?.message || 'no words';
  return { message, nondeterministic: cause === NONDETERMINISTIC };
}

/** The end of the first workflow task, to which a workflow is reset in order to begin again. */
/** The end of the first workflow task, to which a workflow is reset in order to begin again. */
type EventId = NonNullable<History['events']>[number]['eventId'];

export function firstTask({ events }: History): EventId {
  const first = events?.find(
    (event) => event.workflowTaskCompletedEventAttributes ?? event.workflowTaskFailedEventAttributes,
  );
  return first?.eventId;
}
