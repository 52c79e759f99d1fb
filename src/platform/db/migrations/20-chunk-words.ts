import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many chunks of a project hold a word, and how many words its chunks hold, for each type of source: what BM25 weighs words by. */
export class ChunkWords1765324800000 implements MigrationInterface {
  name = 'ChunkWords1765324800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION words_in(tsvector) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT coalesce(sum(cardinality(positions)), 0)::integer FROM unnest($1)
      $$;
      ALTER TABLE chunks ADD words integer NOT NULL
        GENERATED ALWAYS AS (words_in(to_tsvector('english'::regconfig, translate(text, '/', ' ')))) STORED;

      CREATE TABLE chunk_words (
        project_id uuid NOT NULL,
        source_type text NOT NULL,
        word text NOT NULL,
        chunks integer NOT NULL,
        words bigint NOT NULL,
        merged boolean NOT NULL DEFAULT false
      );
      CREATE INDEX chunk_words_of_project ON chunk_words (project_id, word) INCLUDE (source_type, chunks, words);
      CREATE INDEX chunk_words_to_merge ON chunk_words (project_id, word) WHERE NOT merged;

      CREATE FUNCTION count_chunk_words() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
      BEGIN
        INSERT INTO chunk_words (project_id, source_type, word, chunks, words)
        SELECT c.project_id, c.source_type, w.word, sign * count(*), sign * sum(w.words)
          FROM changed c CROSS JOIN LATERAL (${WORDS_OF('c')}) w
         WHERE c.user_id IS NULL GROUP BY c.project_id, c.source_type, w.word;
        RETURN NULL;
      END $$;
      CREATE TRIGGER chunks_made AFTER INSERT ON chunks
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_chunk_words();
      CREATE TRIGGER chunks_deleted AFTER DELETE ON chunks
        REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_chunk_words();

      INSERT INTO chunk_words (project_id, source_type, word, chunks, words, merged)
      SELECT c.project_id, c.source_type, w.word, count(*), sum(w.words), true
        FROM chunks c CROSS JOIN LATERAL (${WORDS_OF('c')}) w
       WHERE c.user_id IS NULL GROUP BY c.project_id, c.source_type, w.word;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER chunks_made ON chunks;
      DROP TRIGGER chunks_deleted ON chunks;
      DROP FUNCTION count_chunk_words;
      DROP TABLE chunk_words;
      ALTER TABLE chunks DROP words;
      DROP FUNCTION words_in
    `);
  }
}

/** Each word of a chunk, and the empty word, which counts the chunk itself and its length. */
const WORDS_OF = (chunk: string) => `
  SELECT '' AS word, ${chunk}.words UNION ALL
  SELECT lexeme, 0 FROM unnest(${chunk}.tsv) WHERE lexeme <> '@' || ${chunk}.project_id::text`;
