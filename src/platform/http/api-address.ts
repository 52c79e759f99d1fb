import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/**
 * The address at which the caller reached the API. A host with other characters has no place in a command, and `$URL`
 * stands for it.
 */
export const ApiAddress = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { protocol, host } = context.switchToHttp().getRequest<FastifyRequest>();
  return /^[\w.:[\]-]{1,260}$/.test(host) ? `${protocol}://${host}` : '$URL';
});
