import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { expect, onTestFinished, test } from 'vitest';
import { answerWith } from '../../activities/model/provider.js';
import { fixedModel } from '../../bench/model/fixed-model.js';

test('the model of the bench is one that the product understands, and counts the calls that are open at once', async () => {
  const server = fixedModel(300);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const counts = async () => (await fetch(`${url}/counts`)).json();
  const answer = answerWith(new OpenAI({ apiKey: 'none', baseURL: `${url}/v1`, maxRetries: 0 }), 'responses');
  const call = {
    model: 'fast',
    instructions: 'Say it.',
    input: 'Now.',
    signal: new AbortController().signal,
  };
  const answers = await Promise.all([answer(call), answer(call), answer(call)]);
  expect(answers.map(({ text, output_tokens }) => [text, output_tokens])).toEqual(
    Array(3).fill(['All steps were made.', 6]),
  );
  await answer(call);
  expect(await counts()).toEqual({ calls: 4, most_open: 3 });
  expect(await counts()).toEqual({ calls: 0, most_open: 0 });
});
