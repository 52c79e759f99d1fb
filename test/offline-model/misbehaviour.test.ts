import OpenAI from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { calls, client, failure, PROJECT, post, request, resetCalls, useOfflineModel } from './model.js';

useOfflineModel();
beforeEach(async () => {
  await resetCalls();
  await request('/_offline/script', { method: 'DELETE' });
});

const ask = (mode: string, maxRetries = 0) =>
  client({ maxRetries }).responses.create(
    { model: 'any', input: PROJECT },
    { headers: { 'x-nightshift-misbehave': mode } },
  );
const FORMAT = { format: zodTextFormat(z.object({ owner: z.string() }), 'plan') };

describe('a request that is told to misbehave', () => {
  test.each([
    ['429', 429, 'rate_limit_exceeded'],
    ['quota', 429, 'insufficient_quota'],
    ['500', 500, null],
    ['503', 503, 'server_overloaded'],
    ['401', 401, 'invalid_api_key'],
    ['400', 400, 'invalid_value'],
  ])('%s answers %i with code %s', async (mode, status, code) => {
    expect(await failure(ask(mode))).toMatchObject({ status, code });
    expect(await calls()).toMatchObject({ total: 1, misbehaved: 1, last: [{ status }] });
  });

  test('429 tells when to come back, and the client does', async () => {
    const refused = await failure(ask('429;retry-after=2'));
    expect(refused.headers).toBeInstanceOf(Headers);
    expect((refused.headers as Headers).get('retry-after')).toBe('2');
    await ask('429;retry-after=0.01;times=2;key=come-back', 2);
    expect((await calls()).total).toBe(4);
  });

  test('times without a key counts for this very request', async () => {
    const marked = (words: string) =>
      client().responses.create({ model: 'any', input: `${words} [[misbehave:500;times=1]]` });
    expect(await failure(marked('one'))).toMatchObject({ status: 500 });
    expect(await failure(marked('two'))).toMatchObject({ status: 500 });
    expect((await marked('one')).output_text).not.toContain('misbehave');
  });

  test('slow answers late, and ends when the caller hangs up', async () => {
    const started = performance.now();
    await ask('slow;ms=60');
    expect(performance.now() - started).toBeGreaterThanOrEqual(59);
    const controller = new AbortController();
    const late = failure(
      client().responses.create(
        { model: 'any', input: '[[misbehave:slow;ms=600000]]' },
        { signal: controller.signal },
      ),
    );
    await expect.poll(async () => (await calls()).last.at(-1)?.status).toBeNull();
    controller.abort();
    expect(await late).toBeInstanceOf(OpenAI.APIUserAbortError);
    await expect.poll(async () => (await calls()).last.at(-1)?.status).toBe(0);
  });

  test('cut breaks the connection half-way, streamed or not', async () => {
    await expect(ask('cut')).rejects.toThrow();
    const stream = await client().responses.create({
      model: 'any',
      input: `${PROJECT}[[misbehave:cut]]`,
      stream: true,
    });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const event of stream) seen.push(event.type);
    })();
    await expect(reading).rejects.toThrow();
    expect(seen).toContain('response.created');
    expect(seen).not.toContain('response.completed');
  });

  test('malformed breaks JSON output, or the body when there is none', async () => {
    const input = `${PROJECT}[[misbehave:malformed]]`;
    const broken = await client().responses.create({ model: 'any', input, text: FORMAT });
    expect(() => JSON.parse(broken.output_text)).toThrow();
    await expect(ask('malformed')).rejects.toThrow(SyntaxError);
    const vector = client().embeddings.create({ model: 'any', input: 'x [[misbehave:malformed]]' });
    await expect(vector).rejects.toThrow(SyntaxError);
  });

  test('wrong-schema gives JSON that does not fit', async () => {
    const body = { model: 'any', input: `${PROJECT}[[misbehave:wrong-schema]]`, text: FORMAT };
    expect(JSON.parse((await client().responses.create(body)).output_text)).not.toHaveProperty('owner');
    await expect(client().responses.parse(body)).rejects.toThrow();
  });

  test('refusal is a refusal in both styles', async () => {
    const { output } = await ask('refusal');
    expect(output[0]).toMatchObject({ content: [{ type: 'refusal', refusal: expect.any(String) }] });
    const messages = [{ role: 'user' as const, content: '[[misbehave:refusal]]' }];
    const chat = await client().chat.completions.create({ model: 'any', messages });
    expect(chat.choices[0]?.message).toMatchObject({ content: null, refusal: expect.any(String) });
  });

  test('an unknown mode in the header is refused, one in a text is only text', async () => {
    expect(await failure(ask('dance'))).toMatchObject({ status: 400, param: 'x-nightshift-misbehave' });
    expect((await post('/v1/responses', { model: 'any', input: '[[misbehave:dance]] Fine.' })).status).toBe(
      200,
    );
  });
});
