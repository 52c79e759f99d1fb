import { AppError } from '../http/app-error.js';
import type { Principal } from './principal.js';
import { grantedPermissions, type Permission, type Role } from './roles.js';

/** No key gives more than it may do itself, neither to a key nor to a person. */
export function mayGrant(
  { permissions }: Principal,
  role: Role,
  scopes: readonly ('*' | Permission)[] = ['*'],
): void {
  const named = scopes.filter((scope) => scope !== '*');
  const given = new Set([...grantedPermissions(role, scopes), ...named]);
  const missing = [...given].filter((permission) => !permissions.has(permission));
  if (missing.length > 0)
    throw new AppError('forbidden', `This key may not give what it lacks: ${missing.join(', ')}.`);
}
