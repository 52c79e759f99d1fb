import type { CountedWord } from './by-words.store.js';

/** Which chunks are ranked: those that match the query, at most so many of them. */
interface Candidates {
  query: string;
  most: number;
}

/** So many chunks are ranked whole; where more hold a word of the query, those that hold the most are looked for first. */
const MOST_RANKED = 2000;
/** How many common words are looked for in pairs. */
const PAIRED = 4;

/**
 * Every chunk with a rare word is a candidate. Of chunks that hold common words alone, those with all of them come
 * first, then those with two, then a bounded number with one: what holds one common word only ranks last anyway.
 */
export function candidatesOf(words: readonly CountedWord[]): Candidates[] {
  let holding = 0;
  const rarest = [...words].sort((a, b) => a.chunks - b.chunks);
  const rare = rarest.filter(({ chunks }) => {
    holding += chunks;
    return holding <= MOST_RANKED;
  });
  const common = rarest.slice(rare.length).map(({ word }) => tsquery(word));
  const paired = common.slice(0, PAIRED);
  const pairs = paired.flatMap((one, at) => paired.slice(at + 1).map((other) => `${one} & ${other}`));
  const most = MOST_RANKED / 4;
  return [
    ...(rare.length > 0 ? [{ query: anyOf(rare.map(({ word }) => tsquery(word))), most: MOST_RANKED }] : []),
    ...(common.length > 2 ? [{ query: common.join(' & '), most }] : []),
    ...(pairs.length > 0 ? [{ query: anyOf(pairs.map((pair) => `(${pair})`)), most: 2 * most }] : []),
    ...(common.length > 0 ? [{ query: anyOf(common), most }] : []),
  ];
}

const anyOf = (queries: string[]) => queries.join(' | ');

/** One word as PostgreSQL reads it in a query. */
export const tsquery = (word: string): string => `'${word.replace(/['\\]/g, '$&$&')}'`;
