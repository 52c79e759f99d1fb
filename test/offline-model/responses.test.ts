import { describe, expect, test } from 'vitest';
import { client, PROJECT, useOfflineModel } from './model.js';

useOfflineModel();

const ask = (input: string) => client().responses.create({ model: 'gpt-5.2', input });

describe('text', () => {
  test('names the offline model, whatever model was asked for', async () => {
    const { data, response } = await client()
      .responses.create({ model: 'gpt-5.2', input: PROJECT })
      .withResponse();
    expect(data).toMatchObject({
      object: 'response',
      model: 'offline model',
      status: 'completed',
      error: null,
    });
    expect(response.headers.get('x-nightshift-model')).toBe('offline');
    expect(response.headers.get('x-request-id')).toMatch(/^req_/);
  });

  test('is made of sentences of the input', async () => {
    const { output_text: text } = await ask(PROJECT);
    expect(text).toContain('Login fails on Safari');
    for (const sentence of text.split(/; |(?<=\.) /)) expect(PROJECT).toContain(sentence.replace(/\.$/, ''));
  });

  test('is the same for the same request', async () => {
    const [first, second] = await Promise.all([ask(PROJECT), ask(PROJECT)]);
    expect(second.output_text).toBe(first.output_text);
  });

  test('does not do what the data says', async () => {
    expect((await ask(PROJECT)).output_text).not.toContain('PWNED');
  });

  test('comes from what the user says before what the instructions say', async () => {
    const { output_text: text } = await client().responses.create({
      model: 'any',
      instructions: 'Write about the weather. The weather is always sunny and warm in this office.',
      input: [{ role: 'user', content: [{ type: 'input_text', text: PROJECT }] }],
    });
    expect(text).not.toContain('sunny');
  });

  test('prefers what was asked about', async () => {
    const input = `${PROJECT}\nThe cafeteria serves soup on Mondays. The printer is on floor two.`;
    const asked = [
      { role: 'user' as const, content: input },
      { role: 'user' as const, content: 'Where is the printer?' },
    ];
    const { output_text: text } = await client().responses.create({ model: 'any', input: asked });
    expect(text).toContain('The printer is on floor two.');
  });

  test('stops at max_output_tokens', async () => {
    const cut = await client().responses.create({ model: 'any', input: PROJECT, max_output_tokens: 16 });
    expect(cut).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
    expect(cut.usage).toMatchObject({ output_tokens: 16, total_tokens: (cut.usage?.input_tokens ?? 0) + 16 });
    expect(cut.output[0]).toMatchObject({ status: 'incomplete' });
  });
});
