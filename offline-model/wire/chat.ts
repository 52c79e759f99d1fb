import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { CompletionUsage } from 'openai/resources/completions';
import { type Answer, MODEL, type Prompt } from '../answer/prompt.js';
import { piecesOf } from '../answer/tokens.js';
import { newId, seconds } from './parts.js';

type Choice = ChatCompletion.Choice;

export function completionOf(prompt: Prompt, answer: Answer): ChatCompletion {
  const whole = piecesOf(answer.kind === 'call' ? answer.arguments : answer.text);
  const kept = whole.slice(0, prompt.maxTokens ?? Infinity);
  const text = kept.join('');
  const message: Choice['message'] = {
    role: 'assistant',
    content: answer.kind === 'text' ? text : null,
    refusal: answer.kind === 'refusal' ? text : null,
    annotations: [],
  };
  if (answer.kind === 'call')
    message.tool_calls = [
      { id: newId('call_'), type: 'function', function: { name: answer.tool, arguments: text } },
    ];
  const ended = answer.kind === 'call' ? 'tool_calls' : 'stop';
  const finish = kept.length < whole.length ? 'length' : ended;
  return {
    id: newId('chatcmpl-'),
    object: 'chat.completion',
    created: seconds(),
    model: MODEL,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
    usage: usageOf(prompt.inputTokens, kept.length),
    service_tier: 'default',
    system_fingerprint: 'fp_offline',
  };
}

function usageOf(input: number, output: number): CompletionUsage {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

type Delta = ChatCompletionChunk.Choice.Delta;

/** The role and what is being written first, then the pieces of it. */
function* deltasOf(message: Choice['message']): Generator<Delta> {
  const call = message.tool_calls?.[0];
  if (call?.type === 'function') {
    const { id, type, function: named } = call;
    const begun = { index: 0, id, type, function: { name: named.name, arguments: '' } };
    yield { role: 'assistant', content: null, tool_calls: [begun] };
    for (const piece of piecesOf(named.arguments))
      yield { tool_calls: [{ index: 0, function: { arguments: piece } }] };
    return;
  }
  const refused = message.refusal !== null;
  yield { role: 'assistant', content: refused ? null : '', refusal: null };
  for (const piece of piecesOf(message.refusal ?? message.content ?? ''))
    yield refused ? { refusal: piece } : { content: piece };
}

/** The server-sent events of a completion, up to [DONE]. */
export function* chatStream(completion: ChatCompletion, withUsage: boolean): Generator<string> {
  const { choices, usage, ...shared } = completion;
  const chunk = (choice: object[], used?: CompletionUsage): string => {
    const told = withUsage ? { usage: used ?? null } : {};
    return `data: ${JSON.stringify({ ...shared, object: 'chat.completion.chunk', choices: choice, ...told })}\n\n`;
  };
  for (const { index, message, finish_reason } of choices) {
    for (const delta of deltasOf(message))
      yield chunk([{ index, delta, logprobs: null, finish_reason: null }]);
    yield chunk([{ index, delta: {}, logprobs: null, finish_reason }]);
  }
  if (withUsage) yield chunk([], usage);
  yield 'data: [DONE]\n\n';
}
