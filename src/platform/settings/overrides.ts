import type { Environment } from '../config/environment.js';
import type { SettingRow } from '../db/entities/setting.entity.js';
import {
  type OperationalSettings,
  OVERRIDABLE,
  type Overridable,
  overrideSchema,
  SECRETS,
} from './operational.js';

const schemas = new Map(OVERRIDABLE.map((name) => [name, overrideSchema(name)]));

/** Returns whether an override applies; one that its setting no longer accepts does not. */
export function holds({ name, value }: SettingRow): boolean {
  return value !== null && schemas.get(name as Overridable)?.safeParse(value).success === true;
}

/** The settings of the environment, under the overrides that hold. */
export function settingsUnder(env: Environment, overrides: readonly SettingRow[]): OperationalSettings {
  const given = [...OVERRIDABLE, ...SECRETS].map((name) => [name, env[name]]);
  const over = overrides.filter(holds).map(({ name, value }) => [name, value]);
  return Object.fromEntries([...given, ...over]) as OperationalSettings;
}
