/** The one error table: code → HTTP status, retryable or not, words. docs/reference/errors.md is generated from it. */

interface ErrorEntry {
  status: number;
  retryable: boolean;
  title: string;
}

const table = {
  validation_failed: { status: 422, retryable: false, title: 'The request has invalid fields' },
  malformed_json: { status: 400, retryable: false, title: 'The body is not valid JSON' },
  unsupported_media_type: { status: 415, retryable: false, title: 'The body must be application/json' },
  body_too_large: { status: 413, retryable: false, title: 'The body is larger than this endpoint allows' },
  invalid_cursor: { status: 400, retryable: false, title: 'The cursor does not come from this endpoint' },
  unauthenticated: { status: 401, retryable: false, title: 'A valid API key is needed' },
  forbidden: { status: 403, retryable: false, title: 'The API key does not grant this permission' },
  not_found: { status: 404, retryable: false, title: 'Nothing has this id or address' },
  method_not_allowed: { status: 405, retryable: false, title: 'This path does not support this method' },
  agent_unknown: { status: 404, retryable: false, title: 'There is no agent with this key' },
  agent_unpublished: { status: 409, retryable: false, title: 'The agent has no published version' },
  agent_disabled: { status: 409, retryable: false, title: 'The agent is disabled here' },
  project_archived: { status: 409, retryable: false, title: 'The project is archived and read-only' },
  version_not_draft: { status: 409, retryable: false, title: 'Only a draft can be changed' },
  version_conflict: { status: 412, retryable: false, title: 'Somebody else has changed it since' },
  idempotency_conflict: {
    status: 409,
    retryable: false,
    title: 'The idempotency key was used with another request',
  },
  run_overlaps: { status: 409, retryable: false, title: 'An earlier run is still under way' },
  doc_archived: { status: 409, retryable: false, title: 'The doc is archived' },
  preview_changed: { status: 409, retryable: false, title: 'The result would differ from the dry run' },
  target_changed: { status: 409, retryable: false, title: 'The target of the proposal has changed since' },
  not_acceptable: {
    status: 409,
    retryable: false,
    title: 'The target of the proposal does not allow the change any more',
  },
  already_decided: { status: 409, retryable: false, title: 'The proposal has another decision already' },
  run_already_ended: { status: 409, retryable: false, title: 'The run has already ended' },
  already_exists: { status: 409, retryable: false, title: 'This already exists' },
  already_claimed: { status: 409, retryable: false, title: 'The person has held a key already' },
  not_claimed: { status: 409, retryable: false, title: 'The person has not claimed a key yet' },
  claim_invalid: { status: 404, retryable: false, title: 'The invitation is not valid' },
  last_server_admin: {
    status: 409,
    retryable: false,
    title: 'The server keeps at least one administrator',
  },
  last_owner: { status: 409, retryable: false, title: 'An organisation keeps at least one owner' },
  rate_limited: { status: 429, retryable: true, title: 'Too many requests with this API key' },
  too_many_streams: { status: 429, retryable: true, title: 'Too many open streams with this API key' },
  too_many_checks: {
    status: 429,
    retryable: true,
    title: 'Too many values of this organisation wait to be checked',
  },
  unavailable: { status: 503, retryable: true, title: 'A part that the request needs cannot be reached' },
  internal: { status: 500, retryable: true, title: 'An unexpected error happened' },

  step_failed: { status: 500, retryable: true, title: 'A step of the run failed' },
  run_timed_out: { status: 504, retryable: false, title: 'The run did not end within its timeout' },
  run_cancelled: { status: 409, retryable: false, title: 'The run was cancelled' },
  workflow_terminated: { status: 500, retryable: false, title: "The run's workflow was ended from outside" },
  agent_defect: { status: 500, retryable: false, title: "The agent's own code failed" },

  model_unauthorized: { status: 502, retryable: false, title: 'The model provider refused the API key' },
  model_bad_request: { status: 502, retryable: false, title: 'The model provider refused the request' },
  model_quota_spent: { status: 502, retryable: false, title: "The model provider's quota is spent" },
  model_refused: { status: 502, retryable: false, title: 'The model refused to answer' },
  model_rate_limited: {
    status: 502,
    retryable: true,
    title: 'The model provider limits the rate of requests',
  },
  model_unavailable: {
    status: 502,
    retryable: true,
    title: 'The model provider cannot be reached or failed',
  },
  model_timed_out: { status: 504, retryable: true, title: 'The model did not answer in time' },
  model_output_invalid: { status: 502, retryable: true, title: "The model's output does not fit the schema" },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof table;
export const ERROR_TABLE: Record<ErrorCode, ErrorEntry> = table;

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(table, code);
}

/** The content of `agent_runs.error`: the failure in full. */
export interface RunError {
  code: string;
  message: string;
  retryable: boolean;
  step: string | null;
  attempt: number;
  details?: unknown;
}
