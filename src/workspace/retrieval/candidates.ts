import type { CountedWord } from './by-words.store.js';

/** The chunks to rank: at most so many of those that match the query. */
interface Candidates {
  query: string;
  most: number;
}

/**
 * Up to this many chunks are all ranked. If more contain a word of the query, those with most of its words come first.
 */
const MOST_RANKED = 2000;
/** The number of common words that are searched in pairs. */
const PAIRED = 4;

/**
 * Every chunk with a rare word is a candidate. Of chunks with common words alone, those with all of them come first,
 * then those with two, then a bounded number with one, because a single common word ranks last anyway.
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

/** Quotes one word for a query of PostgreSQL. */
export const tsquery = (word: string): string => `'${word.replace(/['\\]/g, '$&$&')}'`;
