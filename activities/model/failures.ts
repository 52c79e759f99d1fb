import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { ERROR_TABLE, type ErrorCode } from '../../workflows/contract/errors.js';
import { storable } from '../../workflows/contract/storable.js';

/** Sorts what the provider or the connection did into the error table, once. */
export function toFailure(thrown: unknown): Error {
  if (thrown instanceof ApplicationFailure || thrown instanceof CancelledFailure) return thrown;
  if (thrown instanceof APIUserAbortError) return new CancelledFailure('the model call was cancelled');
  const code = codeOf(thrown);
  const retry_after_ms = thrown instanceof APIError ? retryAfter(thrown) : undefined;
  return modelFailure(code, messageOf(thrown), retry_after_ms);
}

export function modelFailure(code: ErrorCode, message: string, retry_after_ms?: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: code,
    message: storable(message),
    nonRetryable: !ERROR_TABLE[code].retryable,
    ...(retry_after_ms === undefined ? {} : { nextRetryDelay: retry_after_ms }),
  });
}

function codeOf(thrown: unknown): ErrorCode {
  if (thrown instanceof APIConnectionTimeoutError) return 'model_timed_out';
  if (thrown instanceof APIConnectionError) return 'model_unavailable';
  if (!(thrown instanceof APIError)) return isBrokenAnswer(thrown) ? 'model_unavailable' : 'internal';
  switch (thrown.status) {
    case 401:
    case 403:
      return 'model_unauthorized';
    case 408:
      return 'model_timed_out';
    case 429:
      return thrown.code === 'insufficient_quota' ? 'model_quota_spent' : 'model_rate_limited';
    default:
      return thrown.status === 409 || thrown.status === undefined || thrown.status >= 500
        ? 'model_unavailable'
        : 'model_bad_request';
  }
}

/** A body that ends early or is not JSON: the call may be made again. */
function isBrokenAnswer(thrown: unknown): boolean {
  return (
    thrown instanceof SyntaxError ||
    (thrown instanceof TypeError && /terminated|fetch failed/.test(thrown.message))
  );
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The provider's own words on when to come back: milliseconds, seconds or a date. */
function retryAfter(error: APIError): number | undefined {
  const ms = Number(error.headers?.get('retry-after-ms') ?? Number.NaN);
  if (ms >= 0) return ms;
  const value = error.headers?.get('retry-after');
  if (!value) return undefined;
  const seconds = Number(value);
  const wait = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000;
  return Number.isFinite(wait) && wait >= 0 ? wait : undefined;
}
