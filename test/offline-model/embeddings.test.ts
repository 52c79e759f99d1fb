import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { calls, client, failure, useOfflineModel } from './model.js';

useOfflineModel();

async function embed(input: string[], options: { dimensions?: number; encoding_format?: 'float' } = {}) {
  const { data } = await client().embeddings.create({ model: 'text-embedding-3-small', input, ...options });
  return data.map(({ embedding }) => embedding);
}

const dot = (a: number[], b: number[]) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);

describe('embeddings', { timeout: 30_000 }, () => {
  test('paraphrases are closer than unrelated sentences', async () => {
    const [one = [], same = [], other = []] = await embed([
      'Users cannot sign in with Safari',
      'The login page fails in the Safari browser',
      'Bananas are yellow and sweet',
    ]);
    expect(dot(one, same)).toBeGreaterThan(dot(one, other) + 0.2);
  });

  test('have 512 dimensions and length 1, also for long and odd texts', async () => {
    const texts = ['word', ' ', '日本語 😀', 'A long sentence about tickets and releases. '.repeat(200)];
    for (const vector of await embed(texts)) {
      expect(vector).toHaveLength(512);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 4);
    }
  });

  test('are the same in base64 and as numbers, alone and in a batch', async () => {
    const [decoded = []] = await embed(['The release is late.']);
    const [plain = []] = await embed(['Something else', 'The release is late.'].slice(1), {
      encoding_format: 'float',
    });
    const [, batched = []] = await embed(['Something else', 'The release is late.']);
    expect(plain).toEqual([...decoded]);
    expect([...batched]).toEqual([...decoded]);
  });

  test('can be shortened, still of length 1', async () => {
    const [short = []] = await embed(['The release is late.'], { dimensions: 64 });
    expect(short).toHaveLength(64);
    expect(Math.hypot(...short)).toBeCloseTo(1, 4);
    expect(await failure(embed(['x'], { dimensions: 1536 }))).toMatchObject({
      status: 400,
      param: 'dimensions',
    });
  });

  test('a long batch leaves the server free to answer others', async () => {
    let done = false;
    const batch = embed(Array.from({ length: 12 }, (_, at) => `Sentence number ${at} of a long batch`)).then(
      () => {
        done = true;
      },
    );
    while ((await calls()).last.at(-1)?.status !== null) await nextTurn();
    await client().models.list();
    expect(done).toBe(false);
    await batch;
  });

  test('empty input is refused', async () => {
    expect(await failure(embed([]))).toMatchObject({ status: 400, param: 'input' });
    expect(await failure(embed(['fine', '']))).toMatchObject({ status: 400, param: 'input[1]' });
  });
});
