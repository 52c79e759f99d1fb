import type { Schedule } from '../../../workflows/contract/schedule.js';
import type { SettingsOverride, VersionDefinition } from '../../../workflows/contract/version.js';
import { SCOPES, type Scope } from '../../platform/db/entities/binding.entity.js';

export interface Binding {
  id: string;
  agent: string;
  scope: Scope;
  organisation_id: string | null;
  project_id: string | null;
  user_id: string | null;
  /** Null leaves the decision to other bindings, like a schedule of null. */
  enabled: boolean | null;
  schedule: Schedule | null;
  settings: SettingsOverride;
  changed_by: string | null;
  changed_at: Date;
}

/** The organisation, project and person of a run. */
export interface Place {
  organisation_id: string;
  project_id: string | null;
  user_id: string | null;
}

export interface Decided<B extends Binding = Binding> {
  enabled: boolean;
  /** The widest one that disables; else the narrowest that enables; else none was made. */
  decided_by: B | null;
}

/** A value, and the binding it comes from; null where it is the version's. */
export interface Chosen<T, B extends Binding = Binding> {
  value: T;
  origin: B | null;
}

interface Settings {
  model: string;
  priority: number;
  timeout_seconds: number;
  max_attempts: number;
  auto_accept: boolean;
}

/** The values of a version, which apply where no binding overrides them. */
export interface Defaults {
  schedule: Schedule;
  settings: Settings;
}

interface Effective<B extends Binding = Binding> extends Decided<B> {
  schedule: Chosen<Schedule, B>;
  settings: { [K in keyof Settings]: Chosen<Settings[K], B> };
}

export function defaultsOf({
  schedule,
  model,
  priority,
  timeout_seconds,
  retry,
}: VersionDefinition): Defaults {
  const { max_attempts } = retry;
  return { schedule, settings: { model, priority, timeout_seconds, max_attempts, auto_accept: false } };
}

/** Works out the effective agent of a place from the bindings on its path, from the widest to the narrowest. */
export function effectiveOn<B extends Binding>(path: readonly B[], defaults: Defaults): Effective<B> {
  const chosen = <K extends keyof Settings>(key: K): Chosen<Settings[K], B> => {
    const origin = path.findLast((binding) => binding.settings[key] !== undefined);
    const value = origin?.settings[key] ?? defaults.settings[key];
    return { value: value as Settings[K], origin: origin ?? null };
  };
  return {
    ...decide(path),
    schedule: scheduleOn(path, defaults.schedule),
    settings: {
      model: chosen('model'),
      priority: chosen('priority'),
      timeout_seconds: chosen('timeout_seconds'),
      max_attempts: chosen('max_attempts'),
      auto_accept: chosen('auto_accept'),
    },
  };
}

/** The most specific binding that sets one, then the version. */
export function scheduleOn<B extends Binding>(path: readonly B[], otherwise: Schedule): Chosen<Schedule, B> {
  const origin = path.findLast(({ schedule }) => schedule !== null) ?? null;
  return { value: origin?.schedule ?? otherwise, origin };
}

/** Any disabled binding on the path disables, whatever narrower ones say. */
export function decide<B extends Binding>(path: readonly B[]): Decided<B> {
  const disabling = path.find(({ enabled }) => enabled === false);
  return disabling
    ? { enabled: false, decided_by: disabling }
    : { enabled: true, decided_by: path.findLast(({ enabled }) => enabled === true) ?? null };
}

/** The bindings that reach a place, from the widest to the narrowest. */
export function pathAmong<B extends Binding>(bindings: readonly B[], scope: Place): B[] {
  return bindings
    .filter((binding) => isOnPath(binding, scope))
    .sort((a, b) => SCOPES.indexOf(a.scope) - SCOPES.indexOf(b.scope));
}

export function isOnPath(binding: Binding, { organisation_id, project_id, user_id }: Place): boolean {
  if (binding.scope === 'server') return true;
  if (binding.organisation_id !== organisation_id) return false;
  if (binding.scope === 'organisation') return true;
  return binding.scope === 'project'
    ? project_id !== null && binding.project_id === project_id
    : user_id !== null && binding.user_id === user_id;
}

interface GroupedBindings<B extends Binding> {
  pathOf(agent: string, scope: Place): B[];
}

/** Prepares bindings for many places: each path is four look-ups, however many bindings there are. */
export function groupBindings<B extends Binding>(bindings: readonly B[]): GroupedBindings<B> {
  const byPlace = new Map(
    bindings.map((binding) => {
      const { agent, scope, organisation_id, project_id, user_id } = binding;
      return [placeKey(agent, scope, organisation_id, project_id ?? user_id), binding];
    }),
  );
  return {
    pathOf: (agent, { organisation_id, project_id, user_id }) =>
      [
        byPlace.get(placeKey(agent, 'server', null, null)),
        byPlace.get(placeKey(agent, 'organisation', organisation_id, null)),
        project_id ? byPlace.get(placeKey(agent, 'project', organisation_id, project_id)) : undefined,
        user_id ? byPlace.get(placeKey(agent, 'user', organisation_id, user_id)) : undefined,
      ].filter((binding) => binding !== undefined),
  };
}

function placeKey(agent: string, scope: Scope, organisation_id: string | null, id: string | null): string {
  return `${agent} ${scope} ${organisation_id} ${id}`;
}
