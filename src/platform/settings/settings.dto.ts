import { z } from 'zod';
import { versionOrNone } from '../http/version.js';
import { OVERRIDABLE, overrideSchema, SECRETS } from './operational.js';

const version = versionOrNone
  .default(0)
  .describe('The version you saw; 0, or nothing, if there never was an override');

const changes = OVERRIDABLE.map((name) => {
  const value = overrideSchema(name).nullable().describe('null removes the override');
  return [name, z.strictObject({ value, version }).optional()] as const;
});

const refusals = SECRETS.map((name) => {
  const error = 'is a secret: it is read from the environment only, at the start';
  return [name, z.never({ error }).optional()] as const;
});

const changeSchema = z.strictObject(Object.fromEntries([...changes, ...refusals]));

export const settingsChangeSchema = z
  .strictObject({
    settings: changeSchema.refine((given) => Object.keys(given).length > 0, 'must name a setting'),
  })
  .meta({ id: 'SettingsChange' });
export interface SettingsChange {
  settings: Record<string, { value: string | number | boolean | null; version: number }>;
}

const value = z.union([z.string(), z.number(), z.boolean()]).nullable();

export const settingSchema = z
  .object({
    name: z.string(),
    purpose: z.string(),
    value: value.describe('The current value; null if it is not set, and for a secret'),
    set: z.boolean(),
    secret: z.boolean().describe('Its value is never shown and cannot be overridden'),
    origin: z.enum(['environment', 'default', 'override']),
    environment_value: value.describe('The value without an override, from the environment of this replica'),
    takes_effect: z.enum(['at once', 'at the next start']),
    version: z.int(),
    changed_by: z.uuid().nullable(),
    changed_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Setting' });
export const serverSettingsSchema = z
  .object({ settings: z.array(settingSchema) })
  .meta({ id: 'SettingList' });
