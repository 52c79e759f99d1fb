import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { AnswerFormat, Tool, ToolChoice } from '../answer/prompt.js';
import { WireError } from '../http/errors.js';
import { schemaShape } from '../schema/shape.js';
import { strictProblem } from '../schema/strict.js';
import type { Schema } from '../schema/types.js';

/** The request fields that both text APIs share. */
export const name = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/);
export const jsonSchema = schemaShape;
export const flag = z.boolean().nullish();
export const count = z.number().int();
export const metadata = z.record(z.string(), z.string().max(512)).nullish();

/** A text written alone stands for a list with one text part. */
export const content = z.preprocess(
  (value) => (typeof value === 'string' ? [{ type: 'text', text: value }] : value),
  z.array(
    z.discriminatedUnion('type', [
      z.object({ type: z.enum(['text', 'input_text', 'output_text', 'summary_text']), text: z.string() }),
      z.object({ type: z.literal('refusal'), refusal: z.string() }),
      z.object({
        type: z.enum([
          'input_image',
          'image_url',
          'input_file',
          'file',
          'input_audio',
          'image_file',
          'video_url',
        ]),
      }),
    ]),
  ),
);

export function textIn(parts: z.infer<typeof content>): string {
  return parts
    .flatMap((part) => ('text' in part ? part.text : 'refusal' in part ? part.refusal : []))
    .join('\n');
}

interface NamedSchema {
  name: string;
  schema?: Schema | null | undefined;
  strict?: boolean | null | undefined;
}

export function schemaFormat(given: NamedSchema, param: string): AnswerFormat {
  const schema = given.schema ?? {};
  const problem = given.strict ? strictProblem(schema) : undefined;
  if (problem)
    throw new WireError('badSchema', { param, words: `response_format '${given.name}': ${problem}` });
  return { type: 'json_schema', schema };
}

interface GivenTool {
  name: string;
  description?: string | null | undefined;
  parameters?: Schema | null | undefined;
  strict?: boolean | null | undefined;
}

export function toolOf(given: GivenTool, param: string): Tool {
  const parameters = given.parameters ?? { type: 'object', properties: {} };
  const problem = given.strict ? strictProblem(parameters) : undefined;
  if (problem) throw new WireError('badFunction', { param, words: `'${given.name}': ${problem}` });
  return { name: given.name, description: given.description ?? '', parameters };
}

/** The choice, once every tool that it names is known to exist. */
export function choiceOf(kind: 'none' | 'auto' | 'required', tools: Tool[], allowed?: string[]): ToolChoice {
  const missing = allowed?.find((wanted) => !tools.some((tool) => tool.name === wanted));
  if (missing !== undefined)
    throw new WireError('wrongValue', {
      param: 'tool_choice',
      words: `Tool choice 'function' '${missing}' not found in 'tools' parameter.`,
    });
  if (kind === 'required' && tools.length === 0)
    throw new WireError('wrongValue', {
      param: 'tool_choice',
      words: "Tool choice 'required' must be specified with 'tools' parameter.",
    });
  return kind === 'none' ? { kind } : { kind, ...(allowed ? { allowed } : {}) };
}

export function newId(prefix: string): string {
  return `${prefix}${randomBytes(24).toString('hex')}`;
}

export function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
