import type { DataSource, EntityManager } from 'typeorm';

/** One transaction merges this many words. */
const BATCH = 20_000;

/**
 * Writing a chunk only adds counts, so that no two writers wait for each other. This sums up what was added for a word
 * since the last time; a search sums up the same, so nothing changes but the number of rows.
 */
export async function mergeWordCounts(db: DataSource | EntityManager): Promise<number> {
  for (let merged = 0; ; ) {
    const [row]: { count: number }[] = await db.query(MERGE, [BATCH]);
    merged += row?.count ?? 0;
    if ((row?.count ?? 0) < BATCH) return merged;
  }
}

const MERGE = `
  WITH added AS (
    SELECT DISTINCT project_id, source_type, word FROM (
      SELECT project_id, source_type, word FROM chunk_words WHERE NOT merged ORDER BY project_id, word LIMIT $1
    ) AS few
  ), taken AS (
    DELETE FROM chunk_words w USING added a
     WHERE (w.project_id, w.word, w.source_type) = (a.project_id, a.word, a.source_type) RETURNING w.*
  ), kept AS (
    INSERT INTO chunk_words (project_id, source_type, word, chunks, words, merged)
    SELECT project_id, source_type, word, sum(chunks), sum(words), true FROM taken
     GROUP BY project_id, source_type, word HAVING sum(chunks) <> 0
  )
  SELECT count(*) FILTER (WHERE NOT merged)::int AS count FROM taken`;
