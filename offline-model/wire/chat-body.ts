import { z } from 'zod';
import { content, count, flag, jsonSchema, name } from './parts.js';

const toolCall = z.object({
  type: z.literal('function'),
  id: z.string().min(1),
  function: z.object({ name: z.string().min(1), arguments: z.string() }),
});

const message = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer']), content }),
  z.object({ role: z.literal('user'), content }),
  z.object({
    role: z.literal('assistant'),
    content: content.nullish(),
    tool_calls: z.array(toolCall).min(1).optional(),
  }),
  z.object({ role: z.literal('tool'), content, tool_call_id: z.string().min(1) }),
]);

const format = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({
      name,
      schema: jsonSchema.nullish(),
      strict: flag,
      description: z.string().optional(),
    }),
  }),
]);

const tool = z.object({
  type: z.literal('function'),
  function: z.object({
    name,
    description: z.string().nullish(),
    parameters: jsonSchema.nullish(),
    strict: flag,
  }),
});

const named = z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) });

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  named,
  z.object({
    type: z.literal('allowed_tools'),
    allowed_tools: z.object({ mode: z.enum(['auto', 'required']), tools: z.array(named) }),
  }),
]);

/** The fields that the server reads of a request to /v1/chat/completions. */
export const chatBody = z.object({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  response_format: format.nullish(),
  tools: z.array(tool).max(128).nullish(),
  tool_choice: toolChoice.nullish(),
  max_tokens: count.min(1).nullish(),
  max_completion_tokens: count.min(1).nullish(),
  n: z.literal(1).nullish(),
  stream: flag,
  stream_options: z.object({ include_usage: flag }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
});

export type ChatBody = z.infer<typeof chatBody>;
