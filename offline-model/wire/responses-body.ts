import { z } from 'zod';
import { content, count, flag, jsonSchema, metadata, name } from './parts.js';

const message = z.object({
  type: z.literal('message'),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content,
});

const call = z.object({
  type: z.literal('function_call'),
  call_id: z.string().min(1),
  name: z.string().min(1),
  arguments: z.string(),
});

const output = z.object({
  type: z.literal('function_call_output'),
  call_id: z.string().min(1),
  output: content,
});
const reasoning = z.object({ type: z.literal('reasoning') });

/** An item without a type is a message. */
const item = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && !('type' in value) ? { type: 'message', ...value } : value,
  z.discriminatedUnion('type', [message, call, output, reasoning]),
);

const format = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    name,
    schema: jsonSchema,
    strict: flag,
    description: z.string().optional(),
  }),
]);

const functionTool = z.object({
  type: z.literal('function'),
  name,
  description: z.string().nullish(),
  parameters: jsonSchema.nullish(),
  strict: flag,
});

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.object({ type: z.literal('function'), name: z.string() }),
  z.object({
    type: z.literal('allowed_tools'),
    mode: z.enum(['auto', 'required']),
    tools: z.array(z.object({ name: z.string() })),
  }),
]);

/** The fields that the server reads of a request to /v1/responses; settings without an effect here are only echoed. */
export const responsesBody = z.object({
  model: z.string().min(1),
  input: z.preprocess(
    (value) => (typeof value === 'string' ? [{ role: 'user', content: value }] : value),
    z.array(item),
  ),
  instructions: z.string().nullish(),
  text: z.object({ format: format.optional(), verbosity: z.string().nullish() }).nullish(),
  tools: z.array(functionTool).max(128).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: flag,
  max_output_tokens: count.min(16).nullish(),
  stream: flag,
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  previous_response_id: z.string().nullish(),
  background: z.literal(false).nullish(),
  reasoning: z.record(z.string(), z.unknown()).nullish(),
  metadata,
});

export type ResponsesBody = z.infer<typeof responsesBody>;
