import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { ERROR_TABLE, type ErrorCode, isErrorCode } from '../../workflows/contract/errors.js';
import { storable } from '../../workflows/contract/storable.js';

/**
 * A failed call in the product's own words, because everybody in the organisation reads them with the run. The
 * provider's words may quote a person, so only the recorded call keeps them.
 */
export class ModelFailure extends ApplicationFailure {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly words: string | null,
    retry_after_ms?: number,
  ) {
    super(message, code, !ERROR_TABLE[code].retryable, undefined, undefined, retry_after_ms);
  }
}

/** Sorts what the provider or the connection did into the error table, once. */
export function toFailure(thrown: unknown): Error {
  if (thrown instanceof ApplicationFailure || thrown instanceof CancelledFailure) return thrown;
  if (thrown instanceof APIUserAbortError) return new CancelledFailure('the model call was cancelled');
  const code = codeOf(thrown);
  const retry_after_ms = thrown instanceof APIError ? retryAfter(thrown) : undefined;
  return new ModelFailure(
    code,
    `${ERROR_TABLE[code].title}${signsOf(thrown)}`,
    messageOf(thrown),
    retry_after_ms,
  );
}

/** `words` are the provider's or the model's own. */
export function modelFailure(code: ErrorCode, message: string, words: string | null = null): ModelFailure {
  return new ModelFailure(code, message, words);
}

/** Collects status, codes and the name of the request, which tell failures apart and quote nobody. */
function signsOf(thrown: unknown): string {
  const { status, code, type, requestID, cause } = (thrown ?? {}) as Record<string, unknown>;
  const signs = [
    typeof status === 'number' ? `HTTP ${status}` : null,
    nameIn(code) ?? nameIn((cause as { code?: unknown } | undefined)?.code),
    nameIn(type),
    nameIn(requestID) && `request ${requestID}`,
  ].filter((sign) => typeof sign === 'string');
  return signs.length > 0 ? ` (${[...new Set(signs)].join(', ')})` : '';
}

const nameIn = (value: unknown): string | null =>
  typeof value === 'string' && /^[\w.-]{1,80}$/.test(value) ? value : null;

function codeOf(thrown: unknown): ErrorCode {
  if (thrown instanceof APIConnectionTimeoutError) return 'model_timed_out';
  if (thrown instanceof APIConnectionError) return 'model_unavailable';
  if (!(thrown instanceof APIError)) {
    const { code } = (thrown ?? {}) as { code?: unknown };
    if (isErrorCode(code)) return code;
    return isBrokenAnswer(thrown) ? 'model_unavailable' : 'internal';
  }
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
  return storable(thrown instanceof Error ? thrown.message : String(thrown)).slice(0, 2000);
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
