import { AppError } from '../http/app-error.js';
import type { Principal } from './principal.js';
import { grantedPermissions, type Permission, type Role } from './roles.js';

/**
 * A key gives no permission that it lacks, neither to a key nor to a person. The permissions that a role has today
 * bound it.
 */
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

/** A key with `*` grows with the role of its person, and so a key that is limited to scopes makes none. */
export function mayMakeUnlimited({ unlimited }: Principal, scopes: readonly string[]): void {
  if (scopes.includes('*') && !unlimited)
    throw new AppError(
      'forbidden',
      'This key is limited to scopes and makes no key with `*`: name the scopes of the new key.',
    );
}

/** The highest right of the server is given by none that was lent for a purpose or for a time. */
export function mayGiveServerAdministration({ unlimited, expires_at }: Principal): void {
  const lacks = unlimited ? (expires_at ? 'expires' : null) : 'is limited to scopes';
  if (lacks)
    throw new AppError(
      'forbidden',
      `Server administration is given by a key with the scope \`*\` that does not expire, and this key ${lacks}.`,
    );
}
