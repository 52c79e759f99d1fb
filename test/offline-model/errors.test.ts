import { describe, expect, test } from 'vitest';
import { client, failure, post, request, useOfflineModel } from './model.js';

useOfflineModel();

const BAD_BODIES: [path: string, body: unknown, param: string, code: string][] = [
  ['/v1/responses', { input: 'x' }, 'model', 'missing_required_parameter'],
  ['/v1/responses', { model: 'any' }, 'input', 'missing_required_parameter'],
  [
    '/v1/responses',
    { model: 'any', input: [{ role: 'user' }] },
    'input[0].content',
    'missing_required_parameter',
  ],
  ['/v1/responses', { model: 'any', input: [{ type: 'nothing' }] }, 'input[0].type', 'invalid_value'],
  [
    '/v1/responses',
    { model: 'any', input: 'x', max_output_tokens: 1 },
    'max_output_tokens',
    'integer_below_min_value',
  ],
  ['/v1/responses', { model: 'any', input: 'x', stream: 'yes' }, 'stream', 'invalid_type'],
  [
    '/v1/responses',
    { model: 'any', input: 'x', previous_response_id: 'resp_1' },
    'previous_response_id',
    'previous_response_not_found',
  ],
  [
    '/v1/responses',
    {
      model: 'any',
      input: 'x',
      text: { format: { type: 'json_schema', name: 'a', schema: { minLength: 'b' } } },
    },
    'text.format.schema.minLength',
    'invalid_type',
  ],
  ['/v1/chat/completions', { model: 'any', messages: [] }, 'messages', 'invalid_value'],
  ['/v1/chat/completions', { model: 'any', messages: [{ role: 'x' }] }, 'messages[0].role', 'invalid_value'],
  ['/v1/embeddings', { model: 'any', input: 5 }, 'input', 'invalid_type'],
  ['/v1/images/generations', { prompt: 'a', size: 'big' }, 'size', 'invalid_value'],
];

describe('errors', () => {
  test.each(BAD_BODIES)('%s refuses %j', async (path, body, param, code) => {
    const response = await post(path, body);
    const { error } = (await response.json()) as { error: Record<string, unknown> };
    expect(response.status).toBe(400);
    expect(error).toEqual({ message: expect.any(String), type: 'invalid_request_error', param, code });
    expect(response.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/);
  });

  test('a body that is no JSON object is refused', async () => {
    for (const body of ['{"model":', '[]', '']) expect((await post('/v1/responses', body)).status).toBe(400);
  });

  test('a key is needed, and any will do but one', async () => {
    expect((await request('/v1/models')).status).toBe(401);
    const refused = await failure(client({ apiKey: 'invalid' }).models.list());
    expect(refused).toMatchObject({ status: 401, code: 'invalid_api_key' });
    const models = await client({ apiKey: 'anything' }).models.list();
    expect(models.data).toMatchObject([{ id: 'offline model', object: 'model' }]);
  });

  test('unknown paths and wrong methods get different errors', async () => {
    expect((await post('/v1/nothing', {})).status).toBe(404);
    const wrong = await request('/v1/responses');
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('POST');
    expect((await request('/_offline/nothing')).status).toBe(404);
    expect((await request('/_offline/calls', { method: 'POST' })).status).toBe(405);
  });

  test('a body above 20 MB is refused, one below is read', { timeout: 30_000 }, async () => {
    const large = await post('/v1/responses', { model: 'any', input: 'a'.repeat(21 * 1024 * 1024) });
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ error: { code: 'request_too_large' } });
    const fine = await post('/v1/responses', { model: 'any', input: 'All is well. '.repeat(1024 * 1024) });
    expect(fine.status).toBe(200);
  });
});
