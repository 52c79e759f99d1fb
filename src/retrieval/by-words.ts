import type { DataSource } from 'typeorm';
import type { Within } from './nearest.js';
import { numbersIn } from './source-text.js';

/** A word that stands in more chunks than this says little; so many are ranked. */
const MOST_RANKED = 2000;

/** Chunks with all words of the query, or, where there is none, with any of them. */
export async function byWords(db: DataSource, within: Within, q: string, limit: number): Promise<string[]> {
  const all = await ranked(db, within, q, limit, `websearch_to_tsquery('english', $4)`);
  if (all.length > 0) return all;
  return ranked(db, within, q, limit, ANY_WORD);
}

/** What the query excludes stays excluded, and so it is not taken apart. */
const ANY_WORD = `(SELECT CASE WHEN every::text LIKE '%!%' THEN ''::tsquery ELSE replace(every::text, ' & ', ' | ')::tsquery END
  FROM websearch_to_tsquery('english', $4) AS every)`;

async function ranked(
  db: DataSource,
  { project_id, user_id, type }: Within,
  q: string,
  limit: number,
  query: string,
): Promise<string[]> {
  const rows: { id: string }[] = await db.query(
    `WITH asked AS MATERIALIZED (SELECT ${query} AS words),
          found AS (
            SELECT c.id, c.tsv FROM asked, chunks c
             WHERE numnode(words) > 0 AND c.tsv @@ (words && ('''@' || $1::uuid || '''')::tsquery)
               AND c.project_id = $1 AND (c.user_id IS NULL OR c.user_id = $2)
               AND ($3::text IS NULL OR c.source_type = $3)
             LIMIT ${MOST_RANKED}
          )
     SELECT id FROM found, asked ORDER BY ts_rank(tsv, words, 1) DESC, id LIMIT $5`,
    [project_id, user_id, type, wordsOf(q), limit],
  );
  return rows.map(({ id }) => id);
}

/** Tickets that the query names by their key, in that order. */
export async function byKeys(db: DataSource, { project_id, type }: Within, q: string): Promise<string[]> {
  const numbers = numbersIn(q);
  if (numbers.length === 0 || (type ?? 'ticket') !== 'ticket') return [];
  const rows: { id: string }[] = await db.query(
    `SELECT c.id FROM tickets t JOIN chunks c ON c.source_type = 'ticket' AND c.source_id = t.id AND c.position = 0
      WHERE t.project_id = $1 AND t.number = ANY ($2::int[]) ORDER BY array_position($2::int[], t.number)`,
    [project_id, numbers],
  );
  return rows.map(({ id }) => id);
}

/** As the index takes texts: a slash parts words. */
export const wordsOf = (q: string) => q.replaceAll('/', ' ');
