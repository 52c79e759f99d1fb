interface ErrorKind {
  status: number;
  type: string;
  code: string | null;
  message: (words: string) => string;
}

const INVALID = 'invalid_request_error';

/** The errors of the server; `words` fills the gap in the message. */
const ERRORS = {
  missing: {
    status: 400,
    type: INVALID,
    code: 'missing_required_parameter',
    message: (words) => `Missing required parameter: '${words}'.`,
  },
  wrongType: {
    status: 400,
    type: INVALID,
    code: 'invalid_type',
    message: (words) => `Invalid type for ${words}`,
  },
  wrongValue: { status: 400, type: INVALID, code: 'invalid_value', message: (words) => words },
  belowMinimum: { status: 400, type: INVALID, code: 'integer_below_min_value', message: (words) => words },
  badSchema: {
    status: 400,
    type: INVALID,
    code: 'invalid_json_schema',
    message: (words) => `Invalid schema for ${words}`,
  },
  badFunction: {
    status: 400,
    type: INVALID,
    code: 'invalid_function_parameters',
    message: (words) => `Invalid schema for function ${words}`,
  },
  badHeader: {
    status: 400,
    type: INVALID,
    code: 'invalid_value',
    message: (words) => `Unknown way to misbehave. Supported are: ${words}.`,
  },
  noSuchResponse: {
    status: 400,
    type: INVALID,
    code: 'previous_response_not_found',
    message: (words) => `Previous response with id '${words}' not found: the offline model stores nothing.`,
  },
  notJson: {
    status: 400,
    type: INVALID,
    code: null,
    message: () => 'We could not parse the JSON body of your request. The API expects a JSON object.',
  },
  rejected: {
    status: 400,
    type: INVALID,
    code: 'invalid_value',
    message: () => 'The offline model was told to reject this request.',
  },
  blocked: {
    status: 400,
    type: 'image_generation_user_error',
    code: 'moderation_blocked',
    message: () => 'Your request was rejected by the safety system.',
  },
  noKey: {
    status: 401,
    type: INVALID,
    code: null,
    message: () =>
      "You didn't provide an API key. Provide it in an Authorization header using Bearer auth (Authorization: Bearer YOUR_KEY).",
  },
  badKey: {
    status: 401,
    type: INVALID,
    code: 'invalid_api_key',
    message: () => 'Incorrect API key provided.',
  },
  unknownPath: { status: 404, type: INVALID, code: null, message: (words) => `Invalid URL (${words})` },
  unknownModel: {
    status: 404,
    type: INVALID,
    code: 'model_not_found',
    message: (words) => `The model '${words}' does not exist.`,
  },
  wrongMethod: {
    status: 405,
    type: INVALID,
    code: 'method_not_supported',
    message: (words) => `Not allowed to ${words}.`,
  },
  tooLarge: {
    status: 413,
    type: INVALID,
    code: 'request_too_large',
    message: () => 'The request body is larger than 20 MB.',
  },
  rateLimited: {
    status: 429,
    type: 'requests',
    code: 'rate_limit_exceeded',
    message: () => 'Rate limit reached for the offline model. Please try again later.',
  },
  noQuota: {
    status: 429,
    type: 'insufficient_quota',
    code: 'insufficient_quota',
    message: () => 'You exceeded your current quota, please check your plan and billing details.',
  },
  failed: {
    status: 500,
    type: 'server_error',
    code: null,
    message: () => 'The server had an error while processing your request. Sorry about that!',
  },
  overloaded: {
    status: 503,
    type: 'server_error',
    code: 'server_overloaded',
    message: () => 'The engine is currently overloaded, please try again later.',
  },
} satisfies Record<string, ErrorKind>;

type ErrorName = keyof typeof ERRORS;

/** An error in OpenAI's shape; `param` names what in the request is wrong. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly status: number;
  readonly body: { error: { message: string; type: string; param: string | null; code: string | null } };
  readonly headers: Record<string, string>;

  constructor(
    name: ErrorName,
    about: { param?: string; words?: string; headers?: Record<string, string> } = {},
  ) {
    const kind: ErrorKind = ERRORS[name];
    const message = kind.message(about.words ?? about.param ?? '');
    super(message);
    this.status = kind.status;
    this.headers = about.headers ?? {};
    this.body = { error: { message, type: kind.type, param: about.param ?? null, code: kind.code } };
  }
}
