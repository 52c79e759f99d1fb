import { z } from 'zod';
import { CHANGE_SUBJECTS } from '../../platform/audit-log/change-log.store.js';
import { SCOPES } from '../../platform/db/entities/binding.entity.js';
import { idOfLast, nextId, pageLimit } from '../../platform/http/page.js';
import { plainTrimmed } from '../../platform/http/text.js';
import { version, versionText } from '../../platform/http/version.js';
import { scheduleSchema, scheduleShownSchema } from '../cadences/schedule.schema.js';
import { audience, definitionSchema, overlap } from './definition.schema.js';
import { agentSettingsSchema, settingsShownSchema } from './settings.schema.js';
import { NO_SCHEDULE_CODES } from './ticks-ahead.js';

export const scopeSchema = z.enum(SCOPES).meta({ id: 'BindingScope' });

export const bindingChangeSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .nullable()
      .optional()
      .describe('False disables the agent in this scope and below; null leaves it to other bindings'),
    schedule: scheduleSchema
      .nullable()
      .optional()
      .describe("Replaces the version's schedule; null leaves it to other bindings"),
    settings: agentSettingsSchema
      .nullable()
      .optional()
      .describe('All overrides of this binding; null for none'),
    project_id: z.uuid().optional().describe('For the scope project'),
    user_id: z.uuid().optional().describe('For the scope user; without it, you'),
    version: version.optional().describe('The version you saw; needed once the binding exists'),
  })
  .refine(
    ({ enabled, schedule, settings }) =>
      enabled !== undefined || schedule !== undefined || settings !== undefined,
    { path: ['enabled'], message: 'enabled, schedule or settings: at least one is needed' },
  )
  .meta({ id: 'BindingChange' });
export type BindingChange = z.output<typeof bindingChangeSchema>;

export const effectiveQuerySchema = z.strictObject({
  project_id: z.uuid().optional(),
  user_id: z.uuid().optional(),
});
export type EffectiveQuery = z.output<typeof effectiveQuerySchema>;

export const versionQuerySchema = z.strictObject({ version: versionText });
export type VersionQuery = z.output<typeof versionQuerySchema>;

export const changesQuerySchema = z.strictObject({
  before: idOfLast('change'),
  subject: z.enum(CHANGE_SUBJECTS).optional(),
  limit: pageLimit(),
});
export type ChangesQuery = z.output<typeof changesQuerySchema>;

export const agentCreateSchema = z
  .strictObject({
    key: z
      .string()
      .regex(/^[a-z][a-z0-9_]{1,62}$/, 'must be 2 to 63 of a–z, 0–9 and _, a letter first')
      .describe('Its permanent name'),
    title: plainTrimmed(200),
    purpose: plainTrimmed(2000).optional().describe('The purpose of the agent; without it, the title'),
    definition: definitionSchema,
    publish: z.boolean().default(false).describe('Publish version 1 at once, so that the agent can run'),
  })
  .meta({ id: 'AgentCreate' });
export type AgentCreate = z.output<typeof agentCreateSchema>;

export const agentChangeSchema = z
  .strictObject({ title: plainTrimmed(200).optional(), purpose: plainTrimmed(2000).optional() })
  .refine(({ title, purpose }) => title !== undefined || purpose !== undefined, {
    path: ['title'],
    message: 'title or purpose: at least one is needed',
  })
  .meta({ id: 'AgentChange' });
export type AgentChange = z.output<typeof agentChangeSchema>;

export const bindingSchema = z
  .object({
    id: z.uuid(),
    agent: z.string(),
    scope: scopeSchema,
    organisation_id: z.uuid().nullable(),
    project_id: z.uuid().nullable(),
    user_id: z.uuid().nullable(),
    enabled: z.boolean().nullable(),
    schedule: scheduleShownSchema.nullable(),
    settings: settingsShownSchema,
    version: z.int(),
    changed_by: z.uuid().nullable(),
    changed_by_email: z.string().nullable(),
    changed_at: z.iso.datetime(),
  })
  .meta({ id: 'Binding' });

const chosen = (id: string, value: z.ZodType) =>
  z.object({ value, origin: bindingSchema.nullable().describe('Null: the version decides') }).meta({ id });
const chosenInteger = chosen('EffectiveInteger', z.int());
export const effectiveSchema = z
  .object({
    agent: z.string(),
    published_version: z.int().nullable(),
    enabled: z.boolean(),
    decided_by: bindingSchema.nullable(),
    schedule: chosen('EffectiveScheduleRule', scheduleShownSchema)
      .nullable()
      .describe('Null without a published version'),
    settings: z
      .object({
        model: chosen('EffectiveText', z.string()),
        priority: chosenInteger,
        timeout_seconds: chosenInteger,
        max_attempts: chosenInteger,
        auto_accept: chosen('EffectiveFlag', z.boolean()),
      })
      .nullable()
      .describe('Null without a published version'),
    schedule_id: z
      .uuid()
      .nullable()
      .describe('The schedule of this project and user: GET /api/schedules/:id'),
    no_schedule: z
      .object({ code: z.enum(NO_SCHEDULE_CODES), message: z.string() })
      .nullable()
      .describe('The reason why nothing follows the schedule here; null if something does, or there is none'),
    next_ticks: z.array(
      z.object({
        tick_at: z.iso.datetime(),
        local: z.string().describe('The same moment on the clock of its time zone'),
        starts_at: z.iso
          .datetime()
          .nullable()
          .describe('The start of the run; later than the tick if starts are spread'),
      }),
    ),
  })
  .meta({ id: 'EffectiveAgent' });

const json = z.record(z.string(), z.unknown());
export const agentSchema = z
  .object({
    key: z.string(),
    title: z.string(),
    purpose: z.string(),
    built_in: z.boolean(),
    available: z.boolean().describe('False for a built-in agent that this build lacks'),
    needs_project: z.boolean().describe('A request that names no project is refused'),
    enabled: z.boolean(),
    published_version: z
      .int()
      .nullable()
      .describe('The published version; without one nothing runs, and the fields of a version are null'),
    draft_versions: z.array(z.int()),
    model: z.string().nullable(),
    schedule: scheduleShownSchema.nullable(),
    audience: audience.nullable(),
    target: z.string().nullable(),
    overlap: overlap.nullable(),
    timeout_seconds: z.int().nullable(),
    priority: z.int().nullable(),
    max_attempts: z.int().nullable(),
    input_schema: json.nullable(),
    output_schema: json.nullable(),
    example: z.unknown().describe('An example input of a built-in agent'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Agent' });
export const changeSchema = z
  .object({
    id: z.uuid(),
    organisation_id: z.uuid().nullable(),
    changed_by: z.uuid().nullable(),
    subject: z.string(),
    subject_id: z.string(),
    before: z.unknown(),
    after: z.unknown(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'Change' });

export const agentsSchema = z.object({ agents: z.array(agentSchema) }).meta({ id: 'AgentList' });
export const bindingsSchema = z.object({ bindings: z.array(bindingSchema) }).meta({ id: 'BindingList' });
export const changesSchema = z
  .object({ changes: z.array(changeSchema), next_before: nextId })
  .meta({ id: 'ChangePage' });
