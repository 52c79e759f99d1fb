import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { client, failure, useOfflineModel } from './model.js';

useOfflineModel();

async function draw(prompt: string, size: '1024x1024' | '1536x1024' = '1024x1024') {
  const { data } = await client().images.generate({ model: 'gpt-image-1', prompt, size });
  return { words: data?.[0]?.revised_prompt, png: Buffer.from(data?.[0]?.b64_json ?? '', 'base64') };
}

test('an image is a PNG of the size asked for and says where it comes from', async () => {
  const { words, png } = await draw('A lighthouse at night', '1536x1024');
  expect(words).toContain('offline model');
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1536, 1024]);
  const at = png.indexOf('IDAT');
  const pixels = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
  expect(pixels).toHaveLength(1024 * 1537);
  expect(png.length).toBeLessThan(50_000);
});

test('the same prompt gives the same image, another one another', async () => {
  const [one, same, other] = await Promise.all([draw('A boat'), draw('A boat'), draw('A hill')]);
  expect(same.png.equals(one.png)).toBe(true);
  expect(other.png.equals(one.png)).toBe(false);
});

test('a missing prompt and a refusal are errors of the real kind', async () => {
  const missing = await failure(client().images.generate({} as { prompt: string }));
  expect(missing).toMatchObject({ status: 400, param: 'prompt', code: 'missing_required_parameter' });
  const refused = await failure(client().images.generate({ prompt: 'A boat [[misbehave:refusal]]' }));
  expect(refused).toMatchObject({ status: 400, code: 'moderation_blocked' });
});
