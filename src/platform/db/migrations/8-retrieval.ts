import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What search looks in: texts in chunks, and their vectors, which keep to plain PostgreSQL. */
export class Retrieval1764288000000 implements MigrationInterface {
  name = 'Retrieval1764288000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE chunks (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        project_id uuid NOT NULL,
        source_type text NOT NULL CHECK (source_type IN ('doc', 'ticket', 'message', 'memory')),
        source_id uuid NOT NULL,
        user_id uuid,
        position integer NOT NULL,
        text text NOT NULL,
        hash bytea NOT NULL,
        tsv tsvector NOT NULL GENERATED ALWAYS AS (${TSV}) STORED,
        FOREIGN KEY (organisation_id, project_id) REFERENCES projects (organisation_id, id) ON DELETE CASCADE,
        UNIQUE (source_type, source_id, position) DEFERRABLE
      );
      CREATE INDEX chunks_by_words ON chunks USING gin (tsv);
      CREATE INDEX chunks_of_project ON chunks (project_id, id);

      CREATE TABLE vector_spaces (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        requested_model text NOT NULL,
        model text NOT NULL,
        dimensions integer NOT NULL,
        UNIQUE (requested_model, model, dimensions)
      );
      CREATE FUNCTION signs_of(real[]) RETURNS bit varying LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT string_agg(CASE WHEN value > 0 THEN '1' ELSE '0' END, '' ORDER BY place)::varbit
          FROM unnest($1) WITH ORDINALITY AS component(value, place)
      $$;
      CREATE TABLE chunk_vectors (
        chunk_id uuid PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
        project_id uuid NOT NULL,
        source_type text NOT NULL,
        user_id uuid,
        space_id integer REFERENCES vector_spaces,
        embedding real[],
        signs bit varying GENERATED ALWAYS AS (signs_of(embedding)) STORED
      );
      CREATE INDEX chunk_vectors_of_project ON chunk_vectors (project_id, space_id, chunk_id);
      ALTER TABLE chunk_vectors SET (toast_tuple_target = 128);
      ALTER TABLE chunk_vectors ALTER embedding SET STORAGE EXTERNAL, ALTER signs SET STORAGE PLAIN;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE chunk_vectors, vector_spaces, chunks;
      DROP FUNCTION signs_of
    `);
  }
}

/**
 * English: the small words of a question do not stand in its way, and words of other languages are found as they are
 * written. The project is a word of its own, so that the index never walks through other tenants’ texts.
 */
const TSV = `to_tsvector('english'::regconfig, translate(text, '/', ' ')) || array_to_tsvector(ARRAY['@' || project_id::text])`;
