import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { BENCH_DIMENSIONS, randomWords, vectorNear } from '../harness/vectors/random.js';

const TOPICS = 1000;
const BATCH = 1000;
const STEPS = 1000;

export interface Drawn {
  chunk_id: string;
  vector: Float32Array;
}

/** Vectors gather around topics, as those of texts do: wholly random ones are all equally far from each other. */
export function topics(): Float32Array[] {
  return Array.from({ length: TOPICS }, () => vectorNear(new Float32Array(BENCH_DIMENSIONS), 1));
}

interface BenchProject {
  organisation_id: string;
  project_id: string;
  space_id: number;
}

/** Chunks of twenty to a doc, with vectors that come from nowhere. */
export async function makeChunks(
  db: DataSource,
  { organisation_id, project_id, space_id }: BenchProject,
  around: Float32Array[],
  count: number,
  signal: AbortSignal,
): Promise<Drawn[]> {
  const all: Drawn[] = [];
  while (all.length < count) {
    signal.throwIfAborted();
    const size = Math.min(BATCH, count - all.length);
    const rows = Array.from({ length: size }, (_, at) => {
      const vector = vectorNear(around[Math.floor(Math.random() * around.length)]!);
      return { id: randomUUID(), at, vector, text: randomWords(30) };
    });
    const docs = Array.from({ length: Math.ceil(size / 20) }, () => randomUUID());
    await db.query(
      `WITH docs AS (
         INSERT INTO docs (id, organisation_id, project_id, title, body)
         SELECT id, $1, $2, 'A doc', '' FROM unnest($3::uuid[]) AS id
       ), made AS (
         INSERT INTO chunks (id, organisation_id, project_id, source_type, source_id, position, text, hash)
         SELECT id, $1, $2, 'doc', ($3::uuid[])[1 + at / 20], at % 20, text, sha256(convert_to(text, 'UTF8'))
           FROM unnest($4::uuid[], $5::int[], $6::text[]) AS given(id, at, text) RETURNING id, project_id, source_type
       )
       INSERT INTO chunk_vectors (chunk_id, project_id, source_type, space_id, embedding)
       SELECT made.id, project_id, source_type, $7::int, vector::real[]
         FROM made JOIN unnest($4::uuid[], $8::text[]) AS given(id, vector) ON given.id = made.id`,
      [
        organisation_id,
        project_id,
        docs,
        rows.map(({ id }) => id),
        rows.map(({ at }) => at),
        rows.map(({ text }) => text),
        space_id,
        rows.map(({ vector }) => written(vector)),
      ],
    );
    for (const { id, vector } of rows) all.push({ chunk_id: id, vector });
  }
  return all;
}

const steps = Array.from({ length: 2 * STEPS + 1 }, (_, step) => String((step - STEPS) / STEPS));

function written(vector: Float32Array): string {
  let text = '';
  for (const value of vector) text += `${text === '' ? '{' : ','}${steps[Math.round(value * STEPS) + STEPS]}`;
  return `${text}}`;
}
