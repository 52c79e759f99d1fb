import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { ENVIRONMENT } from '../config/config.module.js';
import type { Environment } from '../config/environment.js';
import { AppError } from '../http/app-error.js';
import { hashKey } from './api-key.js';
import { FailedAttempts } from './failed-attempts.js';
import { KeyRepository } from './key.repository.js';
import {
  ANY_KEY,
  type AuthenticatedRequest,
  KEY_IN_ADDRESS,
  type Need,
  PERMISSION_KEY,
  PERSONAL_KEY,
  type Principal,
} from './principal.js';
import { SERVER_PERMISSIONS } from './roles.js';

/** Resolves the credential to a principal, and asks whether it grants what the route declares. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly attempts: FailedAttempts;

  constructor(
    private readonly reflector: Reflector,
    private readonly keys: KeyRepository,
    @Inject(ENVIRONMENT) env: Environment,
  ) {
    this.attempts = new FailedAttempts(env.API_FAILED_KEYS_PER_MINUTE);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needed = this.reflector.getAllAndOverride<Need | 'open' | undefined>(PERMISSION_KEY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (needed === 'open') return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const in_address = this.reflector.get<boolean | undefined>(KEY_IN_ADDRESS, context.getHandler());
    const principal = await this.principalOf(
      request,
      in_address ? keyInAddress(request) : bearer(request),
      context,
    );
    if (!needed || (needed !== ANY_KEY && !principal.permissions.has(needed))) {
      throw new AppError('forbidden', `The route needs the permission ${needed ?? 'of a declared route'}.`);
    }
    if (in_address && principal.permissions.size > 1) {
      throw new AppError('forbidden', `A key in an address must have the scope ${needed} and no other.`);
    }
    const personal = this.reflector.getAllAndOverride<boolean | undefined>(PERSONAL_KEY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (personal && principal.service)
      throw new AppError('forbidden', 'This address is for people, and a service key belongs to no person.');
    if (needed !== ANY_KEY && SERVER_PERMISSIONS.has(needed) && !principal.server_admin) {
      throw new AppError('forbidden', 'Only a server administrator decides for the server.');
    }
    request.principal = principal;
    return true;
  }

  /** A wrong key costs its address one of the attempts that it has in a minute; a request without a key costs none. */
  private async principalOf(
    request: AuthenticatedRequest,
    key: string,
    context: ExecutionContext,
  ): Promise<Principal> {
    const hash = hashKey(key);
    const known_as = hash.toString('base64');
    const wait = this.attempts.wait(request.ip, known_as);
    if (wait > 0) {
      void context.switchToHttp().getResponse<FastifyReply>().header('retry-after', wait);
      throw new AppError(
        'rate_limited',
        'This address has sent too many wrong keys; Retry-After says when to try again.',
      );
    }
    const principal = key === '' ? null : await this.keys.resolve(hash);
    if (principal) this.attempts.succeeded(known_as);
    else if (key !== '') this.attempts.failed(request.ip, known_as);
    if (!principal) throw new AppError('unauthenticated', 'Send a valid key as `Authorization: Bearer …`.');
    return principal;
  }
}

/** Addresses are kept by browsers and proxies, so that only a key which opens little may stand in one. */
function keyInAddress({ params }: AuthenticatedRequest): string {
  const { key } = params as { key?: unknown };
  return typeof key === 'string' && key.length <= 200 ? key : '';
}

function bearer(request: AuthenticatedRequest): string {
  const match = /^Bearer ([\w-]{1,200})$/i.exec(request.headers.authorization ?? '');
  return match?.[1] ?? '';
}
