import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuse, type Scored } from '../../../src/workspace/retrieval/fuse.js';
import { START, STOP, snippetOf } from '../../../src/workspace/retrieval/snippet.js';

const list = fc.uniqueArray(
  fc.record({
    chunk_id: fc.constantFrom(...'abcdefghij'),
    score: fc.double({ min: 0.01, max: 50, noNaN: true }),
  }),
  {
    selector: ({ chunk_id }) => chunk_id,
  },
);
const ids = (chunks: Scored[]) => chunks.map(({ chunk_id }) => chunk_id);

test('everything found is there once, says why, and the best is first', () => {
  fc.assert(
    fc.property(list, list, (text, meaning) => {
      const fused = fuse(text, meaning, 100);
      expect(ids(fused).sort()).toEqual([...new Set([...ids(text), ...ids(meaning)])].sort());
      for (const { chunk_id, score, why } of fused) {
        const [by, of] = [ids(text).includes(chunk_id), ids(meaning).includes(chunk_id)];
        expect(why).toBe(by && of ? 'both' : by ? 'text' : 'meaning');
        expect(score).toEqual(expect.any(Number));
        expect(Number.isFinite(score)).toBe(true);
      }
      const scores = fused.map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
    }),
  );
});

test('the scale of a list decides nothing', () => {
  fc.assert(
    fc.property(list, list, fc.constantFrom(0.001, 1000), (text, meaning, scale) => {
      const scaled = fuse(
        text.map(({ chunk_id, score }) => ({ chunk_id, score: score * scale })),
        meaning,
        100,
      );
      const found = new Map(fuse(text, meaning, 100).map(({ chunk_id, score }) => [chunk_id, score]));
      for (const { chunk_id, score } of scaled)
        expect(score).toBeCloseTo(found.get(chunk_id) ?? Number.NaN, 6);
    }),
  );
});

test('a list in which one chunk stands out decides against one in which all are much alike', () => {
  const flat = [...'bcdefghij'].map((chunk_id, at) => ({ chunk_id, score: 0.3 - at / 1000 }));
  expect(fuse([{ chunk_id: 'a', score: 7 }], flat, 100)[0]).toMatchObject({ chunk_id: 'a', why: 'text' });
});

test('the first of both lists beats the first of one', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((chunk_id) => (score: number) => ({ chunk_id, score }));
  expect(ids(fuse([b!(3), a!(2.9)], [a!(0.9), c!(0.1)], 2))[0]).toBe('a');
});

test('a snippet holds no tag, and a mark for every mark it was given', () => {
  const piece = fc.constantFrom(
    '<b>',
    '</b>',
    '<script src=x>',
    '<',
    '>',
    '**',
    '***',
    '*',
    ' a ',
    '\n',
    '&lt;',
  );
  fc.assert(
    fc.property(fc.array(piece), fc.array(piece), (before, after) => {
      const snippet = snippetOf(`${before.join('')}${START}word${STOP}${after.join('')}`);
      expect(snippet).not.toMatch(/[<>]/);
      expect(snippet.split('**word**')).toHaveLength(2);
    }),
  );
});
