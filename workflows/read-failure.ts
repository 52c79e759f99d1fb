import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { ERROR_TABLE, type ErrorCode, isErrorCode, type RunError } from './contract/errors.js';
import { storable } from './contract/storable.js';
import type { Position } from './run-context.js';

/** Sorts whatever a body threw into the error table, once. */
export function readFailure(thrown: unknown, { attempt, step }: Position): RunError {
  const root = thrown instanceof ActivityFailure ? (thrown.cause ?? thrown) : thrown;
  const code = codeOf(thrown, root);
  return {
    code,
    message: storable(root instanceof Error ? root.message : String(root)),
    retryable: ERROR_TABLE[code].retryable,
    step,
    attempt,
    ...(root instanceof ApplicationFailure && root.details?.length ? { details: root.details[0] } : {}),
  };
}

function codeOf(thrown: unknown, root: unknown): ErrorCode {
  if (root instanceof ApplicationFailure && isErrorCode(root.type)) return root.type;
  if (root instanceof TimeoutFailure) return 'model_timed_out';
  return thrown instanceof ActivityFailure ? 'internal' : 'agent_defect';
}

export function cancelledError({ attempt, step }: Position): RunError {
  return { code: 'run_cancelled', message: 'The run was cancelled.', retryable: false, step, attempt };
}

export function timedOutError({ attempt, step }: Position, timeout_ms: number): RunError {
  return {
    code: 'run_timed_out',
    message: `The run did not end within ${timeout_ms / 1000} s.`,
    retryable: false,
    step,
    attempt,
  };
}

export function disabledError(message: string): RunError {
  return { code: 'agent_disabled', message, retryable: false, step: null, attempt: 0 };
}
