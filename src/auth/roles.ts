/** Who may do what: each route declares one permission, each role grants some. */

export const PERMISSIONS = [
  'runs:read',
  'runs:write',
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
  'audit_log:read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ['owner', 'admin', 'member', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

const READ = PERMISSIONS.filter(
  (one) => one.endsWith(':read') && one !== 'api_keys:read' && one !== 'audit_log:read',
);

export const ROLE_PERMISSIONS: Record<Role, readonly Permission[]> = {
  owner: PERMISSIONS,
  admin: PERMISSIONS.filter((permission) => permission !== 'organisation:write'),
  member: [...READ, 'runs:write'],
  viewer: READ,
};

/** What a key grants: its scopes, but never more than its user's role. `*` stands for all of them. */
export function grantedPermissions(role: Role, scopes: readonly string[]): Set<Permission> {
  const all = scopes.includes('*');
  return new Set(ROLE_PERMISSIONS[role].filter((permission) => all || scopes.includes(permission)));
}
