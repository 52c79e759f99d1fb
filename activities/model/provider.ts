import type OpenAI from 'openai';
import { modelFailure } from './failures.js';
import type { FullRequest } from './version.js';

export type ApiStyle = 'responses' | 'chat';

/** An answer in one form for both of OpenAI's text APIs. */
interface ProviderAnswer {
  text: string;
  model: string;
  input_tokens: number;
  output_tokens: number;
  request_id: string | null;
}

interface TextCall extends Pick<FullRequest, 'instructions' | 'input' | 'format' | 'max_output_tokens'> {
  model: string;
  signal: AbortSignal;
}

export function answerWith(openai: OpenAI, style: ApiStyle): (call: TextCall) => Promise<ProviderAnswer> {
  return style === 'chat' ? (call) => viaChat(openai, call) : (call) => viaResponses(openai, call);
}

async function viaResponses(openai: OpenAI, call: TextCall): Promise<ProviderAnswer> {
  const answer = await openai.responses.create(
    {
      model: call.model,
      instructions: call.instructions,
      input: call.input,
      store: false,
      ...(call.max_output_tokens ? { max_output_tokens: call.max_output_tokens } : {}),
      ...(call.format ? { text: { format: { type: 'json_schema', strict: true, ...call.format } } } : {}),
    },
    { signal: call.signal },
  );
  const parts = answer.output.flatMap((item) => (item.type === 'message' ? item.content : []));
  const refusal = parts.find((part) => part.type === 'refusal');
  if (refusal) throw modelFailure('model_refused', 'The model refused to answer', refusal.refusal);
  if (answer.status === 'failed')
    throw modelFailure('model_unavailable', 'The answer failed', answer.error?.message ?? null);
  if (answer.status === 'incomplete') throw cutShort(answer.incomplete_details?.reason);
  return {
    text: answer.output_text,
    model: answer.model,
    input_tokens: answer.usage?.input_tokens ?? 0,
    output_tokens: answer.usage?.output_tokens ?? 0,
    request_id: answer._request_id ?? null,
  };
}

async function viaChat(openai: OpenAI, call: TextCall): Promise<ProviderAnswer> {
  const answer = await openai.chat.completions.create(
    {
      model: call.model,
      messages: [
        { role: 'system', content: call.instructions },
        { role: 'user', content: call.input },
      ],
      ...(call.max_output_tokens ? { max_completion_tokens: call.max_output_tokens } : {}),
      ...(call.format
        ? { response_format: { type: 'json_schema', json_schema: { strict: true, ...call.format } } }
        : {}),
    },
    { signal: call.signal },
  );
  const choice = answer.choices?.[0];
  if (!choice) throw modelFailure('model_unavailable', 'the answer holds no choice');
  if (choice.message.refusal)
    throw modelFailure('model_refused', 'The model refused to answer', choice.message.refusal);
  if (choice.finish_reason === 'length') throw cutShort('max_output_tokens');
  return {
    text: choice.message.content ?? '',
    model: answer.model,
    input_tokens: answer.usage?.prompt_tokens ?? 0,
    output_tokens: answer.usage?.completion_tokens ?? 0,
    request_id: answer._request_id ?? null,
  };
}

function cutShort(reason: string | undefined) {
  return modelFailure(
    'model_output_invalid',
    reason === 'max_output_tokens'
      ? 'The answer was cut short: max_output_tokens'
      : 'The answer was cut short',
    reason ?? null,
  );
}
