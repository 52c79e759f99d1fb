import { answer } from './answer/answer.js';
import { type Answer, MODEL, type Prompt } from './answer/prompt.js';
import { hasJsonOutput, spoil } from './answer/spoil.js';
import { WireError } from './http/errors.js';
import type { Damage, Reply } from './http/reply.js';
import { parse } from './http/request.js';
import type { Directive } from './misbehaviour/directive.js';
import type { Endpoint } from './misbehaviour/script.js';
import { SchemaProblem } from './schema/types.js';
import { chatStream, completionOf } from './wire/chat.js';
import { chatBody } from './wire/chat-body.js';
import { promptOfChat } from './wire/chat-prompt.js';
import { embeddingsBody, embeddingsOf } from './wire/embeddings.js';
import { imagesBody, imagesOf } from './wire/images.js';
import { responseOf } from './wire/responses.js';
import { responsesBody } from './wire/responses-body.js';
import { responseStream } from './wire/responses-events.js';
import { promptOfResponses } from './wire/responses-prompt.js';

interface EndpointRequest {
  body: Record<string, unknown>;
  directive: Directive | undefined;
  signal: AbortSignal;
}

interface Served {
  reply: Reply;
  damage: Damage;
}

async function answerTo(
  prompt: Prompt,
  { directive, signal }: EndpointRequest,
  param: string,
): Promise<{ given: Answer; damage: Damage }> {
  const mode = directive?.mode;
  try {
    const right = await answer(prompt, signal);
    const broken = mode === 'malformed' && !hasJsonOutput(right, prompt);
    return {
      given: spoil(right, prompt, directive),
      damage: mode === 'cut' ? 'cut' : broken ? 'malformed' : undefined,
    };
  } catch (error) {
    if (error instanceof SchemaProblem)
      throw new WireError('badSchema', { param, words: `'${param}': ${error.message}` });
    throw error;
  }
}

function plainDamage(directive: Directive | undefined): Damage {
  const mode = directive?.mode;
  return mode === 'cut' || mode === 'malformed' ? mode : undefined;
}

/** The handler of each endpoint. */
export const SERVE: Record<Endpoint, (ask: EndpointRequest) => Promise<Served>> = {
  async responses(ask) {
    const read = parse(responsesBody, ask.body);
    const prompt = promptOfResponses(read);
    const { given, damage } = await answerTo(prompt, ask, read.text?.format ? 'text.format.schema' : 'tools');
    const { response, item } = responseOf(read, prompt, given);
    return { reply: read.stream ? { events: responseStream(response, item) } : { json: response }, damage };
  },

  async chat(ask) {
    const read = parse(chatBody, ask.body);
    const prompt = promptOfChat(read);
    const { given, damage } = await answerTo(prompt, ask, read.response_format ? 'response_format' : 'tools');
    const completion = completionOf(prompt, given);
    const withUsage = read.stream_options?.include_usage ?? false;
    return {
      reply: read.stream ? { events: chatStream(completion, withUsage) } : { json: completion },
      damage,
    };
  },

  async embeddings({ body, directive, signal }) {
    return {
      reply: { json: await embeddingsOf(parse(embeddingsBody, body), signal) },
      damage: plainDamage(directive),
    };
  },

  async images({ body, directive }) {
    const read = parse(imagesBody, body);
    if (directive?.mode === 'refusal') throw new WireError('blocked', { param: 'prompt' });
    return { reply: { json: imagesOf(read) }, damage: plainDamage(directive) };
  },
};

export function modelList(): object {
  return { object: 'list', data: [{ id: MODEL, object: 'model', created: 0, owned_by: 'nightshift' }] };
}
