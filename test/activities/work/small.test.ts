import { expect, test } from 'vitest';
import { small } from '../../../activities/work/index.js';

test('what a flow is shown may be a page of ids, and no document', () => {
  const page = { chunk_ids: Array.from({ length: 512 }, () => crypto.randomUUID()), left: 512 };
  expect(small('chunks', page)).toBe(page);
  expect(() => small('doc', { body: 'x'.repeat(32 * 1024) })).toThrow(/^doc shows 3\d+ bytes to history/);
});
