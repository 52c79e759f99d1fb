import { z } from 'zod';
import { SUBJECTS } from './change-log.js';
import { SCOPES } from './effective.js';

export const scopeSchema = z.enum(SCOPES);

export const bindingChangeSchema = z.strictObject({
  enabled: z.boolean(),
  project_id: z.uuid().optional().describe('For the scope project'),
  user_id: z.uuid().optional().describe('For the scope user; you, unless said otherwise'),
  version: z.int().min(1).optional().describe('The version you saw; needed once the binding exists'),
});
export type BindingChange = z.output<typeof bindingChangeSchema>;

export const effectiveQuerySchema = z.strictObject({
  project_id: z.uuid().optional(),
  user_id: z.uuid().optional(),
});
export type EffectiveQuery = z.output<typeof effectiveQuerySchema>;

export const versionQuerySchema = z.strictObject({ version: z.coerce.number().int().min(1) });
export type VersionQuery = z.output<typeof versionQuerySchema>;

export const changesQuerySchema = z.strictObject({
  before: z.uuid().optional().describe('The id of the last change of the page before'),
  subject: z.enum(SUBJECTS).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type ChangesQuery = z.output<typeof changesQuerySchema>;

export const bindingSchema = z.object({
  id: z.uuid(),
  agent: z.string(),
  scope: scopeSchema,
  organisation_id: z.uuid().nullable(),
  project_id: z.uuid().nullable(),
  user_id: z.uuid().nullable(),
  enabled: z.boolean(),
  version: z.int(),
  changed_by: z.uuid().nullable(),
  changed_by_email: z.string().nullable(),
  changed_at: z.iso.datetime(),
});
export const effectiveSchema = z.object({
  agent: z.string(),
  enabled: z.boolean(),
  decided_by: bindingSchema.nullable(),
});
export const agentSchema = z.object({
  key: z.string(),
  title: z.string(),
  purpose: z.string(),
  timeout_seconds: z.int(),
  priority: z.int(),
  max_attempts: z.int(),
  input_schema: z.record(z.string(), z.unknown()),
  example: z.unknown(),
  enabled: z.boolean(),
});
export const changeSchema = z.object({
  id: z.uuid(),
  organisation_id: z.uuid().nullable(),
  changed_by: z.uuid().nullable(),
  subject: z.string(),
  subject_id: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  at: z.iso.datetime(),
});
