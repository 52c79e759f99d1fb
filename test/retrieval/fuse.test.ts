import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuse } from '../../src/retrieval/fuse.js';
import { START, STOP, snippetOf } from '../../src/retrieval/snippet.js';

const lists = fc.tuple(fc.uniqueArray(fc.uuid()), fc.uniqueArray(fc.uuid()), fc.uniqueArray(fc.uuid()));

test('everything found is there once, says why, and the best is first', () => {
  fc.assert(
    fc.property(lists, ([text, meaning, shared]) => {
      const fused = fuse([
        ['text', [...text, ...shared]],
        ['meaning', [...shared, ...meaning]],
      ]);
      expect(new Set(fused.map(({ chunk_id }) => chunk_id))).toEqual(
        new Set([...text, ...meaning, ...shared]),
      );
      for (const { chunk_id, why } of fused) {
        const [by, of] = [
          [...text, ...shared].includes(chunk_id),
          [...shared, ...meaning].includes(chunk_id),
        ];
        expect(why).toBe(by && of ? 'both' : by ? 'text' : 'meaning');
      }
      const scores = fused.map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
    }),
  );
});

test('the first of both lists beats the first of one', () => {
  const fused = fuse([
    ['text', ['b', 'a']],
    ['meaning', ['a', 'c']],
  ]);
  expect(fused.map(({ chunk_id }) => chunk_id)).toEqual(['a', 'b', 'c']);
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
