import { beforeEach, expect, test } from 'vitest';
import { calls, client, failure, request, resetCalls, script, useOfflineModel } from './model.js';

useOfflineModel();
beforeEach(async () => {
  await resetCalls();
  await request('/_offline/script', { method: 'DELETE' });
});

const ask = (input: string, maxRetries = 0) =>
  client({ maxRetries }).responses.create({ model: 'any', input });

test('steps are used up in order, then all is well', async () => {
  await script([{ mode: '429', retry_after: 0 }, { mode: 'ok' }, { mode: '503' }]);
  expect(await failure(ask('one'))).toMatchObject({ status: 429 });
  await ask('two');
  expect(await failure(ask('three'))).toMatchObject({ status: 503 });
  await ask('four');
  expect(await calls()).toMatchObject({ total: 4, misbehaved: 2, by_endpoint: { responses: 4 } });
});

test('the client gets through by itself', async () => {
  await script([{ mode: '429', retry_after: 0.001 }, { mode: '500' }]);
  await ask('one', 2);
  expect((await calls()).last.map(({ status }) => status)).toEqual([429, 500, 200]);
});

test('a step waits for the endpoint and the words that it is for', async () => {
  await script([
    { mode: '500', endpoint: 'embeddings' },
    { mode: '400', match: 'Apollo' },
  ]);
  await ask('Gemini');
  expect(await failure(ask('Apollo'))).toMatchObject({ status: 400 });
  await ask('Apollo');
  expect(await failure(client().embeddings.create({ model: 'any', input: 'x' }))).toMatchObject({
    status: 500,
  });
});

test('with repeat the steps start over', async () => {
  await script([{ mode: '500' }, { mode: 'ok' }], true);
  for (const words of ['one', 'two']) {
    expect(await failure(ask(words))).toMatchObject({ status: 500 });
    await ask(words);
  }
});

test('a step says what is answered, whatever was asked', async () => {
  await script([{ mode: 'say', text: 'Seven.' }]);
  expect((await ask('How many?')).output_text).toBe('Seven.');
  expect((await ask('How many?')).output_text).not.toBe('Seven.');
});

test('a script that cannot be read is refused', async () => {
  const response = await script([{ mode: 'dance' }]);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param: 'steps[0].mode' } });
});

test('calls are counted by endpoint and told apart by their input', async () => {
  await ask('one');
  await ask('one');
  await ask('two');
  await client().images.generate({ prompt: 'A boat' });
  const { total, by_endpoint: by, last } = await calls();
  expect([total, by]).toEqual([4, { responses: 3, chat: 0, embeddings: 0, images: 1 }]);
  expect(last[0]).toMatchObject({ endpoint: 'responses', status: 200, id: expect.stringMatching(/^req_/) });
  expect(last[1]?.input_digest).toBe(last[0]?.input_digest);
  expect(last[2]?.input_digest).not.toBe(last[0]?.input_digest);
  await resetCalls();
  expect(await calls()).toMatchObject({ total: 0, last: [] });
});
