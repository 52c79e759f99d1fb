import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Permission, Role } from './roles.js';

/** The caller of a request, resolved from the credential: every query is scoped by it. */
export interface Principal {
  organisation_id: string;
  user_id: string;
  role: Role;
  /** Decides for the whole server; held by a membership, so that another organisation cannot lend it to itself. */
  server_admin: boolean;
  key_id: string;
  /** Null for a key that lasts until it is revoked. */
  expires_at: Date | null;
  /** The key has the scope `*`: it may do whatever its role may, now and after the role changes. */
  unlimited: boolean;
  /** A program and no person: nothing personal is open to it. */
  service: boolean;
  permissions: ReadonlySet<Permission>;
}

export type AuthenticatedRequest = FastifyRequest & { principal?: Principal };

export const PERMISSION_KEY = 'nightshift:permission';

export const KEY_IN_ADDRESS = 'nightshift:key-in-address';

/**
 * The key comes as the parameter `key`, since its caller sends no headers. It must grant this route and nothing else.
 */
export const KeyInAddress = () => SetMetadata(KEY_IN_ADDRESS, true);

/** A route that needs this is open to every valid key, because it tells the holder of a key about that key alone. */
export const ANY_KEY = 'any_key';
export type Need = Permission | typeof ANY_KEY;

/** The permission of a route; a route without this or `Open` refuses everyone. */
export const Needs = (permission: Need) => SetMetadata(PERMISSION_KEY, permission);
export const PERSONAL_KEY = 'nightshift:personal';

/** A route to data of one person, which no service key reaches. */
export const Personal = () => SetMetadata(PERSONAL_KEY, true);

/** A route without credential and tenant data: health and documentation only. */
export const Open = () => SetMetadata(PERMISSION_KEY, 'open');

export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!principal) throw new Error('Caller used on an open route');
  return principal;
});
