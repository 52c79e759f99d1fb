import type { AnswerFormat, Prompt, Tool, ToolChoice } from '../answer/prompt.js';
import { estimateTokens } from '../answer/tokens.js';
import { WireError } from '../http/errors.js';
import type { ChatBody } from './chat-body.js';
import { choiceOf, schemaFormat, textIn, toolOf } from './parts.js';

/** Tool messages answer the calls right before them, and every call is answered. */
function checkCalls(messages: ChatBody['messages']): void {
  let open = new Set<string>();
  const refuse = (index: number, words: string): never => {
    throw new WireError('wrongValue', { param: `messages.[${index}].role`, words });
  };
  const unanswered =
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.";
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (!open.delete(message.tool_call_id))
        refuse(
          index,
          "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
        );
      continue;
    }
    if (open.size > 0) refuse(index, unanswered);
    open = new Set(message.role === 'assistant' ? message.tool_calls?.map(({ id }) => id) : []);
  }
  if (open.size > 0) refuse(messages.length - 1, unanswered);
}

function outputsIn(messages: ChatBody['messages']): Prompt['outputs'] {
  const names = new Map<string, string>();
  const spoken = messages.findLastIndex((message) => message.role === 'user');
  return messages.flatMap((message, index) => {
    if (message.role === 'assistant')
      for (const call of message.tool_calls ?? []) names.set(call.id, call.function.name);
    if (message.role !== 'tool' || index <= spoken) return [];
    return [{ tool: names.get(message.tool_call_id) ?? '', text: textIn(message.content) }];
  });
}

function saidBy(messages: ChatBody['messages'], roles: string[]): string[] {
  return messages.flatMap((message) => (roles.includes(message.role) ? [textIn(message.content ?? [])] : []));
}

function formatOf(body: ChatBody): AnswerFormat {
  const format = body.response_format;
  if (format?.type === 'json_schema')
    return schemaFormat(format.json_schema, 'response_format.json_schema.schema');
  return { type: format?.type ?? 'text' };
}

function toolChoiceOf(body: ChatBody, tools: Tool[]): ToolChoice {
  const choice = body.tool_choice ?? 'auto';
  if (typeof choice === 'string') return choiceOf(choice, tools);
  if (choice.type === 'function') return choiceOf('required', tools, [choice.function.name]);
  const { mode, tools: allowed } = choice.allowed_tools;
  return choiceOf(
    mode,
    tools,
    allowed.map((tool) => tool.function.name),
  );
}

export function promptOfChat(body: ChatBody): Prompt {
  checkCalls(body.messages);
  const tools = (body.tools ?? []).map((tool, index) =>
    toolOf(tool.function, `tools[${index}].function.parameters`),
  );
  return {
    guidance: saidBy(body.messages, ['system', 'developer']).join('\n'),
    said: saidBy(body.messages, ['user']),
    outputs: outputsIn(body.messages),
    format: formatOf(body),
    tools,
    toolChoice: toolChoiceOf(body, tools),
    maxTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
    inputTokens: estimateTokens(JSON.stringify([body.messages, body.tools])),
  };
}
