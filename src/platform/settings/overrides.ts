import type { DataSource, EntityManager } from 'typeorm';
import type { Environment } from '../config/environment.js';
import {
  type OperationalSettings,
  OVERRIDABLE,
  type Overridable,
  overrideSchema,
  SECRETS,
} from './operational.js';

export interface Override {
  name: string;
  /** Null where it was taken back; the row stays, so that versions never begin again. */
  value: unknown;
  version: number;
  changed_by: string | null;
  changed_at: Date;
}

const schemas = new Map(OVERRIDABLE.map((name) => [name, overrideSchema(name)]));

export async function readOverrides(db: DataSource | EntityManager): Promise<Override[]> {
  return db.query(`SELECT name, value, version, changed_by, changed_at FROM settings`);
}

/** Whether an override decides; one that its setting no longer takes decides nothing. */
export function holds({ name, value }: Override): boolean {
  return value !== null && schemas.get(name as Overridable)?.safeParse(value).success === true;
}

/** The settings of the environment, under the overrides that hold. */
export function settingsUnder(env: Environment, overrides: readonly Override[]): OperationalSettings {
  const given = [...OVERRIDABLE, ...SECRETS].map((name) => [name, env[name]]);
  const over = overrides.filter(holds).map(({ name, value }) => [name, value]);
  return Object.fromEntries([...given, ...over]) as OperationalSettings;
}
