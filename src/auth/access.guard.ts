import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AppError } from '../http/app-error.js';
import { KeyRepository } from './key.repository.js';
import { type AuthenticatedRequest, PERMISSION_KEY } from './principal.js';
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
    const principal = await this.keys.resolve(bearer(request));
    if (!principal) throw new AppError('unauthenticated', 'Send a valid key as `Authorization: Bearer …`.');
    if (!needed || !principal.permissions.has(needed)) {
      throw new AppError('forbidden', `This needs the permission ${needed ?? 'of a declared route'}.`);
    }
    if (SERVER_PERMISSIONS.has(needed) && !principal.server_admin) {
      throw new AppError('forbidden', 'Only a server administrator decides for the server.');
    }
    request.principal = principal;
    return true;
  }
}

function bearer(request: AuthenticatedRequest): string {
  const match = /^Bearer ([\w-]{1,200})$/i.exec(request.headers.authorization ?? '');
  return match?.[1] ?? '';
}
