import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';

export const BENCH_DIMENSIONS = 256;
const TOPICS = 1000;
const BATCH = 1000;
const WORDS = 5000;
const STEPS = 1000;

/** How far a chunk lies from its topic, and a query from its chunk; 1 is as far as anything. */
const SPREAD = 0.9;

export interface Drawn {
  chunk_id: string;
  vector: Float32Array;
}

/** Vectors gather around topics, as those of texts do: to the nearest of wholly random ones everything is equally far. */
export function topics(): Float32Array[] {
  return Array.from({ length: TOPICS }, () => near(new Float32Array(BENCH_DIMENSIONS), 1));
}

export function near(centre: Float32Array, spread = SPREAD): Float32Array {
  const drawn = new Float32Array(BENCH_DIMENSIONS);
  const share = spread / Math.sqrt(BENCH_DIMENSIONS);
  let squares = 0;
  for (let at = 0; at < BENCH_DIMENSIONS; at += 1) {
    const value = centre[at]! + share * normal();
    drawn[at] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares);
  return drawn.map((value) => value / length);
}

/** Drawn once: to draw anew for every component would take longer than what is measured. */
const normals = Float32Array.from(
  { length: 65_536 },
  () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()),
);
const normal = () => normals[(Math.random() * normals.length) | 0]!;

/** A few words are in many chunks, most in few. */
export const randomWords = (count: number): string =>
  Array.from({ length: count }, () => `word${Math.floor(WORDS * Math.random() ** 3)}x`).join(' ');

export interface BenchProject {
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
      const vector = near(around[Math.floor(Math.random() * around.length)]!);
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
