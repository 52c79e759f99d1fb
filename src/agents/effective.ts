/** Where an agent may be switched on or off, from the widest to the narrowest. */
export const SCOPES = ['server', 'organisation', 'project', 'user'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Binding {
  id: string;
  scope: Scope;
  organisation_id: string | null;
  project_id: string | null;
  user_id: string | null;
  enabled: boolean;
  changed_by: string | null;
  changed_at: Date;
}

/** Where a run is to happen. */
export interface Place {
  organisation_id: string;
  project_id: string | null;
  user_id: string | null;
}

export interface Effective<B extends Binding = Binding> {
  enabled: boolean;
  /** The widest one that disables; else the narrowest that enables; else none was made. */
  decided_by: B | null;
}

/** Any disabled binding on the path disables, whatever narrower ones say. */
export function effective<B extends Binding>(bindings: readonly B[], place: Place): Effective<B> {
  const path = bindings
    .filter((binding) => isOnPath(binding, place))
    .sort((a, b) => SCOPES.indexOf(a.scope) - SCOPES.indexOf(b.scope));
  const disabling = path.find((binding) => !binding.enabled);
  return disabling
    ? { enabled: false, decided_by: disabling }
    : { enabled: true, decided_by: path.at(-1) ?? null };
}

export function isOnPath(binding: Binding, { organisation_id, project_id, user_id }: Place): boolean {
  if (binding.scope === 'server') return true;
  if (binding.organisation_id !== organisation_id) return false;
  if (binding.scope === 'organisation') return true;
  return binding.scope === 'project'
    ? project_id !== null && binding.project_id === project_id
    : user_id !== null && binding.user_id === user_id;
}

/** The same rule for PostgreSQL, so that a run is admitted and begun in one statement: whether `run` is disabled. */
export const IS_DISABLED = (run: {
  agent: string;
  organisation_id: string;
  project_id: string;
  user_id: string;
}) => `
  EXISTS (SELECT FROM bindings b
           WHERE b.agent = ${run.agent} AND NOT b.enabled
             AND (b.scope = 'server' OR (b.organisation_id = ${run.organisation_id}
               AND (b.scope = 'organisation' OR b.project_id = ${run.project_id} OR b.user_id = ${run.user_id}))))`;
