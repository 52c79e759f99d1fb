import type { DataSource } from 'typeorm';
import { VISIBLE_TO } from '../../platform/auth/visible.sql.js';
import { candidatesOf, tsquery } from './candidates.js';

import type { Scored } from './fuse.js';
import type { Within } from './nearest.store.js';
import { type QueryWords, readQuery } from './query-words.js';
import type { SourceType } from './source-types.js';

/** Only the rarest words of a query count; more of them add nothing to the results. */
const MOST_WORDS = 64;

export interface CountedWord {
  word: string;
  /** The number of the project's chunks that contain the word. */
  chunks: number;
}

interface Counts {
  /** The rarest first; words that only somebody's own memories hold, or no chunk, come last. */
  words: CountedWord[];
  /** The number of chunks. */
  chunks: number;
  /** The mean number of words in a chunk, for each type of source: a message is no worse for being short. */
  mean_words: Partial<Record<SourceType, number>>;
}

/** Chunks ranked by BM25 over the words of a query. */
export async function byWords(db: DataSource, within: Within, q: string, limit: number): Promise<Scored[]> {
  const query = readQuery(q);
  const counts = await countWords(db, within, query.text);
  if (counts.words.length === 0) return [];
  return rank(db, within, query, counts, limit);
}

async function countWords(db: DataSource, { project_id, type }: Within, text: string): Promise<Counts> {
  const rows: { word: string; chunks: number; mean_words: Counts['mean_words'] | null }[] = await db.query(
    COUNT_WORDS,
    [project_id, text, type, MOST_WORDS + 1],
  );
  const all = rows.find(({ word }) => word === '');
  return {
    words: rows.filter(({ word }) => word !== ''),
    chunks: all?.chunks ?? 0,
    mean_words: all?.mean_words ?? {},
  };
}

/** The empty word counts the chunks themselves. */
export const COUNT_WORDS = `
  SELECT lexemes.word, coalesce(counted.chunks, 0) AS chunks, counted.mean_words
    FROM (SELECT '' AS word UNION ALL SELECT lexeme FROM unnest(to_tsvector('english', $2))) AS lexemes
   CROSS JOIN LATERAL (
     SELECT sum(t.chunks) AS chunks, CASE lexemes.word WHEN '' THEN jsonb_object_agg(t.source_type, t.words / t.chunks) END AS mean_words
       FROM (SELECT source_type, sum(chunks)::float8 AS chunks, sum(words)::float8 AS words
               FROM chunk_words WHERE project_id = $1 AND word = lexemes.word AND ($3::text IS NULL OR source_type = $3)
              GROUP BY source_type HAVING sum(chunks) > 0) AS t
   ) AS counted
   ORDER BY lexemes.word <> '', counted.chunks LIMIT $4`;

async function rank(
  db: DataSource,
  { project_id, user_id, type }: Within,
  { phrases, excluded }: QueryWords,
  { words, chunks, mean_words }: Counts,
  limit: number,
): Promise<Scored[]> {
  const candidates = candidatesOf(words);
  return db.query(RANK(candidates.length), [
    project_id,
    user_id,
    type,
    words.map(({ word }) => tsquery(word)),
    words.map((word) => rarity(word.chunks, chunks)),
    JSON.stringify(mean_words),
    limit,
    phrases,
    excluded,
    FREQUENCY_STEPS,
    ...candidates.flatMap(({ query, most }) => [query, most]),
  ]);
}

/** The weight of a word: the fewer chunks hold it, the more it says. */
const rarity = (holding: number, all: number) =>
  Math.log(1 + Math.max(0, all - holding + 0.5) / (holding + 0.5));

/** The usual constants of BM25: how soon a repeated word adds less, and how much a long chunk is discounted. */
const SATURATION = 0.9;
const LENGTH_WEIGHT = 0.4;

/** `$11…` are pairs of a query for candidates and how many of its chunks are ranked. */
export const RANK = (candidates: number) => `
  WITH candidates AS MATERIALIZED (
    SELECT DISTINCT ON (c.id) c.id, c.tsv, c.words, c.source_type FROM (
      ${Array.from({ length: candidates }, (_, at) => CANDIDATES(`$${11 + 2 * at}`, `$${12 + 2 * at}`)).join(' UNION ALL ')}
    ) AS c
  )
  SELECT f.id AS chunk_id, sum(w.rarity * n.times * ${SATURATION + 1}
           / (n.times + ${SATURATION} * (${1 - LENGTH_WEIGHT} + ${LENGTH_WEIGHT} * f.words / greatest(1, coalesce(($6::jsonb->>f.source_type)::float8, f.words))))) AS score
    FROM candidates f
   CROSS JOIN unnest($4::tsquery[], $5::float8[]) AS w(word, rarity)
   CROSS JOIN LATERAL (SELECT width_bucket(ts_rank('{1,1,1,1}', f.tsv, w.word)::float8, $10::float8[]) AS times) AS n
   GROUP BY f.id ORDER BY score DESC, f.id LIMIT $7`;

const CANDIDATES = (query: string, most: string) => `
  (SELECT c.id, c.tsv, c.words, c.source_type FROM chunks c
    WHERE c.tsv @@ (${query}::tsquery && ('''@' || $1::uuid || '''')::tsquery)
      AND c.project_id = $1 AND ${VISIBLE_TO('c.user_id', '$2')} AND ($3::text IS NULL OR c.source_type = $3)
      AND NOT EXISTS (SELECT FROM unnest($8::text[]) AS phrase WHERE numnode(${PHRASE}) > 0 AND NOT c.tsv @@ ${PHRASE})
      AND NOT EXISTS (SELECT FROM unnest($9::text[]) AS phrase WHERE c.tsv @@ ${PHRASE})
    LIMIT ${most}::int)`;

const PHRASE = `phraseto_tsquery('english', phrase)`;

/**
 * PostgreSQL reports no term frequency. It ranks one word that occurs n times by the sum of 1/i² for i up to n, divided
 * by its limit π²/6. The steps are half-way between these sums, so that `width_bucket` turns the rank back into n.
 */
const FREQUENCY_STEPS = (() => {
  const limit = 1.64493406685;
  const steps: number[] = [];
  let sum = 0;
  for (let times = 1; times <= 255; times += 1) {
    const term = 1 / (times * times);
    steps.push((sum + term / 2) / limit);
    sum += term;
  }
  return steps;
})();
