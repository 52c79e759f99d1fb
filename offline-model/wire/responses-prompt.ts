import type { AnswerFormat, Prompt, Tool, ToolChoice } from '../answer/prompt.js';
import { estimateTokens } from '../answer/tokens.js';
import { WireError } from '../http/errors.js';
import { choiceOf, schemaFormat, textIn, toolOf } from './parts.js';
import type { ResponsesBody } from './responses-body.js';

/** The real service demands that every output follows its call and every call has its output. */
function checkCalls(items: ResponsesBody['input']): void {
  const open = new Set<string>();
  for (const item of items) {
    if (item.type === 'function_call') open.add(item.call_id);
    if (item.type === 'function_call_output' && !open.delete(item.call_id))
      throw new WireError('wrongValue', {
        param: 'input',
        words: `No tool call found for function call output with call_id ${item.call_id}.`,
      });
  }
  for (const id of open)
    throw new WireError('wrongValue', {
      param: 'input',
      words: `No tool output found for function call ${id}.`,
    });
}

function outputsIn(items: ResponsesBody['input']): Prompt['outputs'] {
  const names = new Map(
    items.flatMap((item) => (item.type === 'function_call' ? [[item.call_id, item.name]] : [])),
  );
  const spoken = items.findLastIndex((item) => item.type === 'message' && item.role === 'user');
  return items
    .slice(spoken + 1)
    .flatMap((item) =>
      item.type === 'function_call_output'
        ? [{ tool: names.get(item.call_id) ?? '', text: textIn(item.output) }]
        : [],
    );
}

function saidBy(items: ResponsesBody['input'], roles: string[]): string[] {
  return items.flatMap((item) =>
    item.type === 'message' && roles.includes(item.role) ? [textIn(item.content)] : [],
  );
}

function formatOf(body: ResponsesBody): AnswerFormat {
  const format = body.text?.format;
  if (format?.type === 'json_schema') return schemaFormat(format, 'text.format.schema');
  return { type: format?.type ?? 'text' };
}

function toolChoiceOf(body: ResponsesBody, tools: Tool[]): ToolChoice {
  const choice = body.tool_choice ?? 'auto';
  if (typeof choice === 'string') return choiceOf(choice, tools);
  if (choice.type === 'function') return choiceOf('required', tools, [choice.name]);
  return choiceOf(
    choice.mode,
    tools,
    choice.tools.map((tool) => tool.name),
  );
}

export function promptOfResponses(body: ResponsesBody): Prompt {
  if (body.previous_response_id)
    throw new WireError('noSuchResponse', {
      param: 'previous_response_id',
      words: body.previous_response_id,
    });
  checkCalls(body.input);
  const tools = (body.tools ?? []).map((tool, index) => toolOf(tool, `tools[${index}].parameters`));
  return {
    guidance: [body.instructions ?? '', ...saidBy(body.input, ['system', 'developer'])].join('\n').trim(),
    said: saidBy(body.input, ['user']),
    outputs: outputsIn(body.input),
    format: formatOf(body),
    tools,
    toolChoice: toolChoiceOf(body, tools),
    maxTokens: body.max_output_tokens ?? undefined,
    inputTokens: estimateTokens(JSON.stringify([body.instructions, body.input, body.tools])),
  };
}
