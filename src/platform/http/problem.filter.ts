import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_TABLE, type ErrorCode } from '../../../workflows/contract/errors.js';
import { AppError } from './app-error.js';

/** RFC 9457, with the stable code beside it. */
interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  errors?: { field: string; message: string }[];
}

export function problem(error: AppError): Problem {
  return {
    type: `urn:nightshift:error:${error.code}`,
    title: ERROR_TABLE[error.code].title,
    status: error.status,
    code: error.code,
    detail: error.message,
    ...(error.errors ? { errors: error.errors } : {}),
  };
}

/** All errors leave through this filter; an error that is not meant for callers is logged and hidden. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = toAppError(thrown);
    if (error.status >= 500)
      this.logger.error({ err: thrown, method: request.method, url: withoutKey(request.url) }, error.message);
    if (reply.sent) return;
    if (error.status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply.status(error.status).header('content-type', 'application/problem+json').send(problem(error));
  }
}

/** An address may hold a key; see `KeyInAddress`. */
function withoutKey(url: string): string {
  return url.replace(/(\/keys\/)[^/?]+/, '$1…');
}

export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const code = (thrown as { code?: unknown } | null)?.code;
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH') return new AppError('not_found');
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new AppError('body_too_large', (thrown as Error).message);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new AppError('unsupported_media_type');
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || code === 'FST_ERR_CTP_EMPTY_JSON_BODY') {
    return new AppError('malformed_json', (thrown as Error).message);
  }
  if (isDatabaseOutage(thrown))
    return new AppError(
      'unavailable',
      'PostgreSQL cannot be reached, or does not answer in time; try again.',
    );
  if (isCollision(thrown))
    return new AppError(
      'unavailable',
      'Another change was made at the same moment, and nothing was saved; try again.',
    );
  const status =
    thrown instanceof HttpException ? thrown.getStatus() : (thrown as { statusCode?: number })?.statusCode;
  return new AppError(
    codeOfStatus(status),
    status !== undefined && status < 500 ? (thrown as Error).message : undefined,
  );
}

function codeOfStatus(status: number | undefined): ErrorCode {
  switch (status) {
    case 400:
      return 'malformed_json';
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
      return 'not_found';
    case 405:
      return 'method_not_allowed';
    case 413:
      return 'body_too_large';
    case 415:
      return 'unsupported_media_type';
    case 429:
      return 'rate_limited';
    case 503:
      return 'unavailable';
    default:
      return 'internal';
  }
}

/** Serialization failures and deadlocks: PostgreSQL undid one of two transactions, which may be tried again. */
const COLLISION_CODES = new Set(['40001', '40P01']);

export function isCollision(thrown: unknown): boolean {
  return COLLISION_CODES.has(String((thrown as { code?: unknown } | null)?.code));
}

/** Connection failures, PostgreSQL's own shutdown states, and statements cut off by a timeout: all of them pass. */
const OUTAGE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
  '08006',
  '08003',
  '08001',
  '57014',
  '55P03',
  '25P03',
]);

export function isDatabaseOutage(thrown: unknown): boolean {
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && OUTAGE_CODES.has(code)) return true;
  return (
    typeof message === 'string' &&
    /Connection terminated|timeout exceeded when trying to connect/.test(message)
  );
}
