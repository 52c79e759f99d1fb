import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

/** Steps are tried until PostgreSQL answers; what it will never take ends the run instead of being tried for ever. */
export const refusedData: ActivityInterceptorsFactory = () => ({
  inbound: {
    async execute(input, next) {
      try {
        return await next(input);
      } catch (error) {
        throw isRefusedData(error)
          ? ApplicationFailure.nonRetryable(`PostgreSQL refuses it: ${error.message}`, 'agent_defect')
          : error;
      }
    },
  },
});

/** A value that is none of its type, one that is missing, or one that its table's rules forbid. */
export function isRefusedData(thrown: unknown): thrown is Error {
  const { code } = (thrown ?? {}) as { code?: unknown };
  return thrown instanceof Error && typeof code === 'string' && /^(22[0-9A-Z]{3}|23502|23514)$/.test(code);
}
