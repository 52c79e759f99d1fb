import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { byWords } from '../../../src/workspace/retrieval/by-words.store.js';
import { candidatesOf } from '../../../src/workspace/retrieval/candidates.js';
import { mergeWordCounts } from '../../../src/workspace/retrieval/merge-word-counts.store.js';
import { readQuery } from '../../../src/workspace/retrieval/query-words.js';
import { TestStack } from '../../support/stack.js';
import { Library } from './library.js';

const stack = new TestStack({
  postgres: inject('postgres'),
  temporal: inject('temporal'),
  model: inject('model'),
});
let library: Library;

beforeAll(async () => {
  await stack.open();
  library = await Library.open(stack.database);
});
afterAll(async () => {
  await library?.close();
  await stack.close();
});

/** A project that nothing else writes into. */
async function newPlace() {
  const { organisation_id, user_id } = stack.tenant;
  const id = randomUUID();
  await library.db.query(`INSERT INTO projects (id, organisation_id, name) VALUES ($1, $2, $3)`, [
    id,
    organisation_id,
    id,
  ]);
  return { place: { organisation_id, project_id: id, user_id: null }, user_id };
}

type Place = Awaited<ReturnType<typeof newPlace>>['place'];
const search = async ({ project_id }: Place, q: string, limit = 100) => {
  const ranked = await byWords(library.db, { project_id, user_id: null, type: null }, q, limit);
  const sources: { id: string; source_id: string }[] = await library.db.query(
    `SELECT id, source_id FROM chunks WHERE id = ANY ($1)`,
    [ranked.map(({ chunk_id }) => chunk_id)],
  );
  return ranked.map(({ chunk_id, score }) => ({
    score,
    source: sources.find(({ id }) => id === chunk_id)?.source_id,
  }));
};
const found = async (place: Place, q: string) => (await search(place, q)).map(({ source }) => source);
const message = (place: Place, body: string, id: string = randomUUID()) =>
  library.write(place, { type: 'message', id }, body).then(() => id);

describe('BM25', () => {
  const words = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot'];
  const text = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 30 });

  test('scores are those of the formula, whatever was written, rewritten and deleted before', async () => {
    const writes = fc.array(
      fc.tuple(fc.nat(7), fc.option(text, { freq: 5 }), fc.constantFrom('message', 'doc')),
      {
        minLength: 1,
        maxLength: 25,
      },
    );
    await fc.assert(
      fc.asyncProperty(writes, text, fc.boolean(), async (edits, query, merge) => {
        const { place } = await newPlace();
        const ids = Array.from({ length: 8 }, () => randomUUID());
        const kept = new Map<string, { type: string; words: string[] }>();
        for (const [at, written, type] of edits) {
          const source = { type: type as 'message' | 'doc', id: ids[at] as string };
          await library.write(place, source, (written ?? []).join(' '));
          if (written) kept.set(`${type}/${source.id}`, { type, words: written });
          else kept.delete(`${type}/${source.id}`);
          if (merge && at % 3 === 0) await mergeWordCounts(library.db);
        }
        const expected = [...kept].flatMap(([key, { type, words: own }]) => {
          const score = bm25([...new Set(query)], own, type, [...kept.values()]);
          return score > 0 ? [{ source: key.split('/')[1], score }] : [];
        });
        const ranked = await search(place, query.join(' '));
        expect(ranked.map(({ source }) => source).sort()).toEqual(
          expected.map(({ source }) => source).sort(),
        );
        const scores = expected.map(({ score }) => score).sort((a, b) => b - a);
        for (const [at, { score }] of ranked.entries()) expect(score).toBeCloseTo(scores[at] ?? 0, 8);
      }),
      { numRuns: 40 },
    );
  });

  /** The formula, over the words of a text as they stand. */
  function bm25(
    query: string[],
    own: string[],
    type: string,
    all: { type: string; words: string[] }[],
  ): number {
    const like = all.filter((one) => one.type === type);
    const mean = like.reduce((sum, one) => sum + one.words.length, 0) / like.length;
    return query.reduce((sum, word) => {
      const times = own.filter((one) => one === word).length;
      const holding = all.filter((one) => one.words.includes(word)).length;
      const rarity = Math.log(1 + (all.length - holding + 0.5) / (holding + 0.5));
      return sum + (rarity * times * 1.9) / (times + 0.9 * (0.6 + (0.4 * own.length) / mean));
    }, 0);
  }

  test('a rare word says more than common ones, and a short message is not better for being short', async () => {
    const { place } = await newPlace();
    for (let at = 0; at < 20; at += 1) await message(place, `The parcel is at the station ${at}`);
    const rare = await message(
      place,
      'Someone left a hinge there, as far as I remember from our walk along the river',
    );
    expect((await found(place, 'Which parcel at the station needs a hinge?'))[0]).toBe(rare);
  });

  test('texts written at the same moment count all, and nobody waits for another', async () => {
    const { place } = await newPlace();
    await Promise.all(
      Array.from({ length: 20 }, (_, at) => message(place, `${at % 2 ? 'one two' : 'two one'} three ${at}`)),
    );
    await mergeWordCounts(library.db);
    const [row] = await library.db.query(
      `SELECT sum(chunks)::int AS chunks, count(*)::int AS rows FROM chunk_words WHERE project_id = $1 AND word = 'three'`,
      [place.project_id],
    );
    expect(row).toEqual({ chunks: 20, rows: 1 });
  });

  test('what is one person’s own is found by that person, and changes no one else’s scores', async () => {
    const { place, user_id } = await newPlace();
    await message(place, 'We talked about the budget');
    const before = await search(place, 'budget resignation');
    const own = randomUUID();
    await library.write({ ...place, user_id }, { type: 'memory', id: own }, 'My resignation and the budget');
    expect(await search(place, 'budget resignation')).toEqual(before);
    const mine = await byWords(library.db, { ...place, user_id, type: null }, 'budget', 10);
    expect(mine).toHaveLength(2);
  });

  test('where more chunks hold a word than are ranked, those with the rarest and the most words still come first', async () => {
    const { place } = await newPlace();
    const { organisation_id, project_id } = place;
    const common = ['red', 'green', 'blue'];
    await library.db.query(
      `INSERT INTO chunks (id, organisation_id, project_id, source_type, source_id, position, text, hash)
       SELECT gen_random_uuid(), $1, $2, 'message', gen_random_uuid(), 0, ($3::text[])[1 + n % 3] || ' thing ' || n, sha256(n::text::bytea)
         FROM generate_series(1, 9000) n`,
      [organisation_id, project_id, common],
    );
    const all = await message(place, 'red and green and blue');
    const rare = await message(place, 'a zebra');
    const two = await message(place, 'green things that were blue');
    const [first, second, third] = await found(place, 'red green blue zebra');
    expect([first, second, third]).toEqual([rare, all, two]);
  });
});

describe('a query', () => {
  test.each([
    ['a "b c" d', { text: 'a b c d', phrases: ['b c'], excluded: [] }],
    ['a -b -"c d"', { text: 'a', phrases: [], excluded: ['b', 'c d'] }],
    ['e-mail a/b - " "', { text: 'e-mail a b -  ', phrases: [' '], excluded: [] }],
  ])('%s', (q, read) => expect(readQuery(q)).toEqual(read));

  test.each([
    ['1,000 stop words', 'the of and '.repeat(333), 0],
    ['nothing', '"" - --', 0],
    ['200 terms', Array.from({ length: 200 }, (_, at) => `w${at}`).join(' '), 1],
    ['quotes and operators', `w1 & | ! <-> :* ( ) \\ ' '' "w1`, 1],
    ['Thai', 'ตู้ล็อกเกอร์', 1],
    ['Arabic', 'الخزانة الذكية', 1],
    ['Russian', 'посылка', 1],
    ['an excluded word', 'w1 -w2', 0],
    ['an excluded phrase', 'w1 -"w1 w2"', 0],
    ['a phrase that is not there', 'w1 "w2 w1"', 0],
    ['a phrase that is', '"w1 w2"', 1],
  ])('of %s', async (_, q, hits) => {
    const { place } = await newPlace();
    const id = await message(place, "w1 w2 it's ตู้ล็อกเกอร์ الخزانة الذكية посылка");
    expect(await found(place, q)).toEqual(hits === 1 ? [id] : []);
  });

  test('of many common words looks for a bounded number of chunks', () => {
    const words = Array.from({ length: 64 }, (_, at) => ({ word: `w'${at}\\`, chunks: 1e6 }));
    const candidates = candidatesOf(words);
    expect(candidates.reduce((sum, { most }) => sum + most, 0)).toBeLessThanOrEqual(4000);
    expect(candidatesOf([{ word: 'a', chunks: 3 }])).toEqual([{ query: `'a'`, most: 2000 }]);
  });
});
