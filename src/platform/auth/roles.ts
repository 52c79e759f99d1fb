/** The permissions and roles: each route declares one permission, each role grants some. */

export const PERMISSIONS = [
  'runs:read',
  'runs:write',
  'payloads:read',
  'organisation:read',
  'organisation:write',
  'members:read',
  'members:write',
  'projects:read',
  'projects:write',
  'api_keys:read',
  'api_keys:write',
  'agents:read',
  'agents:write',
  'workspace:read',
  'workspace:write',
  'schedules:read',
  'schedules:write',
  'audit_log:read',
  'settings:read',
  'settings:write',
  'server:read',
  'server:write',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Permissions on things that all organisations share: they also need a server administrator. */
export const SERVER_PERMISSIONS: ReadonlySet<Permission> = new Set([
  'settings:read',
  'settings:write',
  'server:read',
  'server:write',
]);

/** The one that may do most comes first. */
export const ROLES = ['owner', 'admin', 'member', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

const CONFIDENTIAL: ReadonlySet<Permission> = new Set(['audit_log:read', 'settings:read', 'server:read']);
const READ = PERMISSIONS.filter((one) => one.endsWith(':read') && !CONFIDENTIAL.has(one));

export const ROLE_PERMISSIONS: Record<Role, readonly Permission[]> = {
  owner: PERMISSIONS,
  admin: PERMISSIONS.filter((permission) => permission !== 'organisation:write'),
  member: [...READ, 'api_keys:write', 'runs:write', 'workspace:write'],
  viewer: [...READ, 'api_keys:write'],
};

/** The permissions of a key: its scopes, but never more than its user's role. `*` stands for all of them. */
export function grantedPermissions(role: Role, scopes: readonly string[]): Set<Permission> {
  const all = scopes.includes('*');
  return new Set(ROLE_PERMISSIONS[role].filter((permission) => all || scopes.includes(permission)));
}
