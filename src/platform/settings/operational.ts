import { z } from 'zod';
import { type Environment, environmentSchema } from '../config/environment.js';
import { plainTrimmed } from '../http/text.js';

/** The settings that a server administrator may change while everything runs. */
export const OVERRIDABLE = [
  'OPERATING_BACKGROUND_ENABLED',
  'OPERATING_BACKGROUND_INTERVAL_SECONDS',
  'TICKET_CONFLICT_SCAN_HOUR_UTC',
  'SCHEDULE_SPREAD_SECONDS',
  'SCHEDULE_CATCH_UP_SECONDS',
  'DOC_REVIEW_DELAY_SECONDS',
  'AI_QUEUE_STATUS_RETENTION_SECONDS',
  'RUN_RETENTION_DAYS',
  'AUDIT_LOG_RETENTION_DAYS',
  'REVISION_RETENTION_DAYS',
  'PROPOSAL_RETENTION_DAYS',
  'RAW_EVENT_RETENTION_DAYS',
  'OPENAI_BASE_URL',
  'OPENAI_API_STYLE',
  'OPENAI_REASONING_MODEL',
  'OPENAI_FAST_MODEL',
  'OPENAI_EMBEDDING_MODEL',
  'OPENAI_TIMEOUT_SECONDS',
] as const satisfies readonly (keyof Environment)[];
export type Overridable = (typeof OVERRIDABLE)[number];

/** Secrets come from the environment only: PostgreSQL would hold them in the clear. */
export const SECRETS = ['OPENAI_API_KEY'] as const satisfies readonly (keyof Environment)[];
type Secret = (typeof SECRETS)[number];

export type OperationalName = Overridable | Secret;
export type OperationalSettings = Pick<Environment, OperationalName>;

export function isSecret(name: OperationalName): name is Secret {
  return (SECRETS as readonly string[]).includes(name);
}

/** An override is a number, true or false, or a text, as the setting is; its bounds are those of the environment. */
export function overrideSchema(name: Overridable): z.ZodType<string | number | boolean> {
  const setting: z.ZodType = environmentSchema.shape[name];
  const kind = typeof setting.safeParse(undefined).data;
  const plain = kind === 'number' ? z.number() : kind === 'boolean' ? z.boolean() : plainTrimmed(2000);
  return (plain as z.ZodType<string | number | boolean>).superRefine((value, context) => {
    const { error } = setting.safeParse(String(value));
    for (const { message } of error?.issues ?? []) context.addIssue({ code: 'custom', message });
  });
}

export function purposeOf(name: OperationalName): string {
  return environmentSchema.shape[name].description ?? '';
}
