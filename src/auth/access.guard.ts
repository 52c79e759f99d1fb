import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AppError } from '../http/app-error.js';
import { KeyRepository } from './key.repository.js';
import { type AuthenticatedRequest, KEY_IN_ADDRESS, PERMISSION_KEY } from './principal.js';
import { type Permission, SERVER_PERMISSIONS } from './roles.js';

/** Resolves the credential to a principal, and asks whether it grants what the route declares. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: KeyRepository,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needed = this.reflector.getAllAndOverride<Permission | 'open' | undefined>(PERMISSION_KEY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (needed === 'open') return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const in_address = this.reflector.get<boolean | undefined>(KEY_IN_ADDRESS, context.getHandler());
    const principal = await this.keys.resolve(in_address ? keyInAddress(request) : bearer(request));
    if (!principal) throw new AppError('unauthenticated', 'Send a valid key as `Authorization: Bearer …`.');
    if (!needed || !principal.permissions.has(needed)) {
      throw new AppError('forbidden', `This needs the permission ${needed ?? 'of a declared route'}.`);
    }
    if (in_address && principal.permissions.size > 1) {
      throw new AppError('forbidden', `A key in an address must have the scope ${needed} and no other.`);
    }
    if (SERVER_PERMISSIONS.has(needed) && !principal.server_admin) {
      throw new AppError('forbidden', 'Only a server administrator decides for the server.');
    }
    request.principal = principal;
    return true;
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
