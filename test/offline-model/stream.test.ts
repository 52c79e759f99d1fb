import { describe, expect, test } from 'vitest';
import { client, gather, PROJECT, useOfflineModel } from './model.js';

useOfflineModel();

const FORECAST = {
  type: 'function' as const,
  name: 'forecast',
  description: 'Weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: false,
};

/** Event types in order, each run of the same type once. */
function order(events: { type: string }[]): string[] {
  return events.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1]);
}

describe('streamed responses', () => {
  test('text comes as the events of the real service', async () => {
    const events = await gather(
      await client().responses.create({ model: 'any', input: PROJECT, stream: true }),
    );
    expect(order(events)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, at) => at));
    const text = events
      .flatMap((event) => (event.type === 'response.output_text.delta' ? event.delta : []))
      .join('');
    expect(text).toBe((await client().responses.create({ model: 'any', input: PROJECT })).output_text);
  });

  test('the stream of the client gathers the whole response', async () => {
    const stream = client().responses.stream({ model: 'any', input: PROJECT });
    const final = await stream.finalResponse();
    expect(final).toMatchObject({ status: 'completed', model: 'offline model' });
    expect(final.usage?.total_tokens).toBeGreaterThan(0);
  });

  test('the arguments of a call come piece by piece', async () => {
    const events = await gather(
      await client().responses.create({
        model: 'any',
        input: 'City: Lisbon',
        tools: [FORECAST],
        stream: true,
      }),
    );
    expect(order(events).slice(2)).toEqual([
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ]);
    const done = events.find((event) => event.type === 'response.function_call_arguments.done');
    expect(done).toMatchObject({ arguments: '{"city":"Lisbon"}' });
  });

  test('a response that is cut short ends as incomplete', async () => {
    const body = { model: 'any', input: PROJECT, max_output_tokens: 16, stream: true as const };
    const events = await gather(await client().responses.create(body));
    expect(events.at(-1)).toMatchObject({ type: 'response.incomplete', response: { status: 'incomplete' } });
  });

  test('a refusal is streamed as one', async () => {
    const input = 'Hello [[misbehave:refusal]]';
    const events = await gather(await client().responses.create({ model: 'any', input, stream: true }));
    expect(order(events)).toContain('response.refusal.delta');
    expect(order(events)).toContain('response.refusal.done');
  });
});
