import { type Logger, pino } from 'pino';
import type { Environment } from './environment.js';
import { loggedError } from './log-error.js';

export type { Logger };

/** Structured lines on stdout; credentials, and the words of people and models, never reach them. */
export function createLogger(env: Pick<Environment, 'LOG_LEVEL'>, name: string): Logger {
  return pino({
    name,
    level: env.LOG_LEVEL,
    base: { name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: loggedError },
    redact: ['req.headers.authorization', 'headers.authorization', '*.api_key', '*.apiKey'],
  });
}
