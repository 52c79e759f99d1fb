import type { Responses } from 'openai/resources/responses/responses';
import { type Answer, MODEL, type Prompt } from '../answer/prompt.js';
import { piecesOf } from '../answer/tokens.js';
import { newId, seconds } from './parts.js';
import type { ResponsesBody } from './responses-body.js';

/** The response object as it goes over the wire; `output_text` is added by the client. */
export type WireResponse = Omit<Responses.Response, 'output_text'> & { store: boolean };

export type OutputItem =
  | Responses.ResponseOutputMessage
  | (Responses.ResponseFunctionToolCall & { id: string });

function itemOf(answer: Answer, limit: number): { item: OutputItem; tokens: number; cut: boolean } {
  const whole = piecesOf(answer.kind === 'call' ? answer.arguments : answer.text);
  const kept = whole.slice(0, limit);
  const cut = kept.length < whole.length;
  const status = cut ? 'incomplete' : 'completed';
  const text = kept.join('');
  const tokens = kept.length;
  if (answer.kind === 'call') {
    const ids = { id: newId('fc_'), call_id: newId('call_') };
    return {
      item: { ...ids, type: 'function_call', status, name: answer.tool, arguments: text },
      tokens,
      cut,
    };
  }
  const part: Responses.ResponseOutputText | Responses.ResponseOutputRefusal =
    answer.kind === 'refusal'
      ? { type: 'refusal', refusal: text }
      : { type: 'output_text', annotations: [], logprobs: [], text };
  return {
    item: { id: newId('msg_'), type: 'message', status, role: 'assistant', content: [part] },
    tokens,
    cut,
  };
}

/** The whole response, and the one output item in it. */
export function responseOf(
  body: ResponsesBody,
  prompt: Prompt,
  answer: Answer,
): { response: WireResponse; item: OutputItem } {
  const { item, tokens, cut } = itemOf(answer, prompt.maxTokens ?? Infinity);
  const response: WireResponse = {
    id: newId('resp_'),
    object: 'response',
    created_at: seconds(),
    completed_at: cut ? null : seconds(),
    status: cut ? 'incomplete' : 'completed',
    background: false,
    access_programs: null,
    error: null,
    incomplete_details: cut ? { reason: 'max_output_tokens' } : null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: body.metadata ?? {},
    model: MODEL,
    output: [item],
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    store: false,
    temperature: body.temperature ?? 1,
    text: { format: { type: 'text' }, verbosity: 'medium', ...body.text } as Responses.ResponseTextConfig,
    tool_choice: (body.tool_choice ?? 'auto') as WireResponse['tool_choice'],
    tools: (body.tools ?? []).map((tool) => ({
      ...tool,
      parameters: tool.parameters ?? null,
      strict: tool.strict ?? null,
    })),
    top_p: body.top_p ?? 1,
    truncation: 'disabled',
    usage: {
      input_tokens: prompt.inputTokens,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: tokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: prompt.inputTokens + tokens,
    },
  };
  return { response, item };
}
