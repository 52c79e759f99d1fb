import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextIdOf, nextPage } from '../../../src/platform/http/page.js';

test('pages that follow each other show every row once, and the last one says so', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.integer({ min: 1, max: 12 }), (count, limit) => {
      const all = Array.from({ length: count }, (_, n) => ({ n }));
      const seen: number[] = [];
      for (let after: number | null = -1; after !== null; ) {
        const from: number = after;
        const page = all.filter(({ n }) => n > from).slice(0, limit);
        seen.push(...page.map(({ n }) => n));
        after = nextPage(page, limit, ({ n }) => n);
      }
      expect(seen).toEqual(all.map(({ n }) => n));
    }),
  );
});

test('an empty page and one that is not full have no next page', () => {
  expect(nextIdOf([], 1)).toBeNull();
  expect(nextIdOf([{ id: 'a' }], 2)).toBeNull();
  expect(nextIdOf([{ id: 'a' }, { id: 'b' }], 2)).toBe('b');
});
