import {
  isGrpcServiceError,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';

/** Codes of gRPC. */
export const [NOT_FOUND, FAILED_PRECONDITION] = [5, 9];

/** The client says with a TypeError that Temporal refuses what it was asked. */
const ANSWERS = [
  TypeError,
  WorkflowNotFoundError,
  WorkflowExecutionAlreadyStartedError,
  ScheduleNotFoundError,
  ScheduleAlreadyRunning,
];

/** An error that Temporal itself gave, as opposed to silence. */
export function isAnswer(error: unknown): boolean {
  if (ANSWERS.some((answer) => error instanceof answer)) return true;
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const SILENCE = [1, 4, 14];
  return isGrpcServiceError(cause) && !SILENCE.includes(cause.code);
}
