import { z } from 'zod';
import { AUDIENCES, OVERLAPS } from '../../../workflows/contract/schedule.js';
import { isStorable, isStorableJson, plain, plainObject } from '../../platform/http/text.js';
import { scheduleSchema, scheduleShownSchema } from '../cadences/schedule.schema.js';
import { maxAttempts, modelName, priority, timeoutSeconds } from './settings.schema.js';
import { TOOLS } from './tools.js';

const INSTRUCTIONS_BYTES = 32 * 1024;
const SCHEMA_BYTES = 64 * 1024;

const instructions = z
  .string()
  .refine(
    (text) => Buffer.byteLength(text) <= INSTRUCTIONS_BYTES,
    `must be at most ${INSTRUCTIONS_BYTES} bytes`,
  )
  .refine(isStorable, 'must be plain text, without NUL characters or halves of surrogate pairs');

const tool = plain(100).refine((name) => TOOLS.includes(name), { error: 'is no tool that this server has' });
const tools = z
  .array(tool)
  .max(50)
  .refine((names) => new Set(names).size === names.length, 'must name each tool once');

const retry = z
  .strictObject({
    max_attempts: maxAttempts,
    first_delay_ms: z.int().min(0).max(3_600_000),
    backoff: z.number().min(1).max(10),
    max_delay_ms: z.int().min(0).max(86_400_000),
  })
  .refine(({ first_delay_ms, max_delay_ms }) => max_delay_ms >= first_delay_ms, {
    path: ['max_delay_ms'],
    message: 'must be at least first_delay_ms',
  })
  .meta({ id: 'RetryPolicyInput' });

/** The schema thread reads the content: see `mustBeSchemas`. */
const jsonSchema = plainObject().refine(
  (schema) => !isStorableJson(schema) || Buffer.byteLength(JSON.stringify(schema)) <= SCHEMA_BYTES,
  `must be at most ${SCHEMA_BYTES} bytes`,
);

export const audience = z.enum(AUDIENCES).meta({ id: 'Audience' });
export const overlap = z.enum(OVERLAPS).meta({ id: 'Overlap' });

const fields = {
  instructions: instructions.describe('The instructions for the model'),
  model: modelName,
  tools,
  input_schema: jsonSchema.nullable().describe('JSON Schema of the input; null accepts any object'),
  output_schema: jsonSchema.describe('JSON Schema of the result, without patterns or circles'),
  schedule: scheduleSchema.describe('The schedule, unless a binding sets another'),
  audience: audience,
  target: plain(200).nullable().describe('The target of scheduled runs'),
  priority: priority.describe('LOW 1, MEDIUM 5, HIGH 10, CRITICAL 20'),
  timeout_seconds: timeoutSeconds,
  retry,
  overlap: overlap,
};

/** The result of an agent that only has something to say. */
const PLAIN_TEXT = {
  type: 'object',
  properties: { text: { type: 'string' } },
  required: ['text'],
  additionalProperties: false,
};

/** A whole definition, with what is left out filled in. */
export const definitionSchema = z
  .strictObject({
    ...fields,
    model: fields.model.default('reasoning'),
    tools: fields.tools.default([]),
    input_schema: fields.input_schema.default(null),
    output_schema: fields.output_schema
      .default(PLAIN_TEXT)
      .describe(
        'JSON Schema of the result, without patterns or circles; left out, the result is {"text": "…"}',
      ),
    schedule: fields.schedule.default({ kind: 'manual' }),
    audience: fields.audience.default('project'),
    target: fields.target.default(null),
    priority: fields.priority.default(5),
    timeout_seconds: fields.timeout_seconds.default(600),
    retry: fields.retry.default({ max_attempts: 3, first_delay_ms: 1000, backoff: 2, max_delay_ms: 30_000 }),
    overlap: fields.overlap.default('skip_if_running'),
  })
  .meta({ id: 'DefinitionInput' });

/** The changed fields of a definition; a named field is replaced whole. */
export const definitionChangeSchema = z
  .strictObject(fields)
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'must name at least one field')
  .meta({ id: 'DefinitionChange' });
export type DefinitionChange = z.output<typeof definitionChangeSchema>;

const json = z.record(z.string(), z.unknown());
export const definitionShownSchema = z
  .object({
    instructions: z.string(),
    model: z.string(),
    tools: z.array(z.string()),
    input_schema: json.nullable(),
    output_schema: json,
    schedule: scheduleShownSchema,
    audience: audience,
    target: z.string().nullable(),
    priority: z.int(),
    timeout_seconds: z.int(),
    retry: z
      .object({
        max_attempts: z.int(),
        first_delay_ms: z.int(),
        backoff: z.number(),
        max_delay_ms: z.int(),
      })
      .meta({ id: 'RetryPolicy' }),
    overlap: overlap,
  })
  .meta({ id: 'Definition' });
