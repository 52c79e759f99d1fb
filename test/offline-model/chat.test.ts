import { zodResponseFormat } from 'openai/helpers/zod';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { client, failure, gather, PROJECT, useOfflineModel } from './model.js';

useOfflineModel();

const user = (content: string): ChatCompletionMessageParam => ({ role: 'user', content });
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const FORECAST = {
  type: 'function' as const,
  function: { name: 'forecast', description: 'Weather', parameters },
};

describe('chat completions', () => {
  test('answer in text, with usage', async () => {
    const done = await client().chat.completions.create({ model: 'any', messages: [user(PROJECT)] });
    expect(done).toMatchObject({ object: 'chat.completion', model: 'offline model' });
    expect(done.choices).toMatchObject([
      { finish_reason: 'stop', message: { role: 'assistant', refusal: null } },
    ]);
    expect(done.choices[0]?.message.content).toContain('Safari');
    const { prompt_tokens: input = 0, completion_tokens: output = 0, total_tokens: total } = done.usage ?? {};
    expect(total).toBe(input + output);
  });

  test('answer with the same text as responses do', async () => {
    const done = await client().chat.completions.create({ model: 'any', messages: [user(PROJECT)] });
    const response = await client().responses.create({ model: 'any', input: PROJECT });
    expect(done.choices[0]?.message.content).toBe(response.output_text);
  });

  test('fill a schema', async () => {
    const done = await client().chat.completions.parse({
      model: 'any',
      messages: [{ role: 'system', content: 'Extract the owner.' }, user(PROJECT)],
      response_format: zodResponseFormat(z.object({ owner: z.string(), dueDate: z.iso.date() }), 'plan'),
    });
    expect(done.choices[0]?.message.parsed).toEqual({ owner: 'Dana', dueDate: '2026-03-14' });
  });

  test('answer with an object in JSON mode', async () => {
    const done = await client().chat.completions.create({
      model: 'any',
      messages: [user(PROJECT)],
      response_format: { type: 'json_object' },
    });
    expect(JSON.parse(done.choices[0]?.message.content ?? '')).toMatchObject({ owner: 'Dana' });
  });

  test('call a tool, then answer from its output', async () => {
    const asked = user('How is the weather? City: Lisbon');
    const first = await client().chat.completions.create({
      model: 'any',
      messages: [asked],
      tools: [FORECAST],
    });
    const message = first.choices[0]?.message;
    expect(first.choices[0]?.finish_reason).toBe('tool_calls');
    const call = message?.tool_calls?.[0];
    expect(call).toMatchObject({
      type: 'function',
      function: { name: 'forecast', arguments: '{"city":"Lisbon"}' },
    });
    if (!message || !call) throw new Error('no call');
    const told: ChatCompletionMessageParam = {
      role: 'tool',
      tool_call_id: call.id,
      content: 'Rain is expected.',
    };
    const messages = [asked, message, told];
    const second = await client().chat.completions.create({ model: 'any', messages, tools: [FORECAST] });
    expect(second.choices[0]?.message.content).toBe('Rain is expected.');
    const stray = await failure(client().chat.completions.create({ model: 'any', messages: [asked, told] }));
    expect(stray).toMatchObject({ status: 400, param: 'messages.[1].role' });
  });

  test('stop at the most tokens', async () => {
    const body = { model: 'any', messages: [user(PROJECT)], max_completion_tokens: 3 };
    const done = await client().chat.completions.create(body);
    expect(done.choices[0]?.finish_reason).toBe('length');
    expect(done.usage?.completion_tokens).toBe(3);
  });
});

describe('streamed chat completions', () => {
  test('are pieces of the same text, with usage at the end', async () => {
    const body = { model: 'any', messages: [user(PROJECT)] };
    const whole = await client().chat.completions.create(body);
    const chunks = await gather(
      await client().chat.completions.create({
        ...body,
        stream: true,
        stream_options: { include_usage: true },
      }),
    );
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
  });

  test('gather into a call', async () => {
    const stream = client().chat.completions.stream({
      model: 'any',
      messages: [user('City: Oslo')],
      tools: [FORECAST],
    });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: 'forecast', arguments: '{"city":"Oslo"}' },
    });
  });
});
