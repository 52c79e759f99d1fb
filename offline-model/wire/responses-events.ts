import { piecesOf } from '../answer/tokens.js';
import type { OutputItem, WireResponse } from './responses.js';

type Event = { type: string } & Record<string, unknown>;

/** The events of a message: its one part is added, written piece by piece, and finished. */
function* messageEvents(item: Extract<OutputItem, { type: 'message' }>): Generator<Event> {
  const at = { item_id: item.id, output_index: 0, content_index: 0 };
  for (const part of item.content) {
    const refused = part.type === 'refusal';
    const text = refused ? part.refusal : part.text;
    const kind = refused ? 'response.refusal' : 'response.output_text';
    const logprobs = refused ? {} : { logprobs: [] };
    yield {
      type: 'response.content_part.added',
      ...at,
      part: { ...part, [refused ? 'refusal' : 'text']: '' },
    };
    for (const delta of piecesOf(text)) yield { type: `${kind}.delta`, ...at, delta, ...logprobs };
    yield { type: `${kind}.done`, ...at, [refused ? 'refusal' : 'text']: text, ...logprobs };
    yield { type: 'response.content_part.done', ...at, part };
  }
}

function* callEvents(item: Extract<OutputItem, { type: 'function_call' }>): Generator<Event> {
  const at = { item_id: item.id, output_index: 0 };
  for (const delta of piecesOf(item.arguments))
    yield { type: 'response.function_call_arguments.delta', ...at, delta };
  yield { type: 'response.function_call_arguments.done', ...at, name: item.name, arguments: item.arguments };
}

function* eventsOf(response: WireResponse, item: OutputItem): Generator<Event> {
  const begun = {
    ...response,
    status: 'in_progress',
    completed_at: null,
    incomplete_details: null,
    output: [],
    usage: null,
  };
  const empty = item.type === 'message' ? { content: [] } : { arguments: '' };
  yield { type: 'response.created', response: begun };
  yield { type: 'response.in_progress', response: begun };
  yield {
    type: 'response.output_item.added',
    output_index: 0,
    item: { ...item, status: 'in_progress', ...empty },
  };
  yield* item.type === 'message' ? messageEvents(item) : callEvents(item);
  yield { type: 'response.output_item.done', output_index: 0, item };
  yield { type: `response.${response.status}`, response };
}

/** The server-sent events of a response, numbered from 0. */
export function* responseStream(response: WireResponse, item: OutputItem): Generator<string> {
  let sequence = 0;
  for (const event of eventsOf(response, item)) {
    const data = JSON.stringify({ ...event, sequence_number: sequence++ });
    yield `event: ${event.type}\ndata: ${data}\n\n`;
  }
}
