import type { DataSource, EntityManager } from 'typeorm';
import { VISIBLE_TO } from '../../platform/auth/visible.sql.js';
import { ANN_SETTINGS, indexName } from './pgvector.store.js';
import { readReals } from './sent-array.js';
import type { SourceType } from './source-types.js';

/** The organisation, project and person that limit a search. */
export interface Within {
  project_id: string;
  /** Null finds only sources without a person. */
  user_id: string | null;
  type: SourceType | null;
}

export interface Neighbour {
  chunk_id: string;
  /** The cosine of the angle between the two. */
  similarity: number;
}

export interface NearestQuery {
  space_id: number;
  /** A unit vector. */
  vector: readonly number[];
}

/** The number of candidates that the signs leave for the exact comparison. */
const CANDIDATES = 400;

/** Below this the portable path is as quick, and exact more often. */
const WORTH_AN_INDEX = 5000;

const MAY_FIND = `v.project_id = $1 AND v.space_id = $2 AND ${VISIBLE_TO('v.user_id', '$3')}
  AND ($4::text IS NULL OR v.source_type = $4)`;

const scope = ({ project_id, user_id, type }: Within, { space_id }: NearestQuery) => [
  project_id,
  space_id,
  user_id,
  type,
];

/** Uses the HNSW index in a large project, if there is one; if it finds too few, the signs decide. */
export async function nearest(
  db: DataSource,
  within: Within,
  query: NearestQuery,
  limit: number,
): Promise<Neighbour[]> {
  if (await isWorthAnIndex(db, within, query)) {
    const neighbours = await nearestByIndex(db, within, query, limit);
    if (neighbours.length === limit) return neighbours;
  }
  return nearestBySigns(db, within, query, limit);
}

export const NEAREST_BY_SIGNS = `
  SELECT chunk_id, array_send(embedding) AS embedding FROM (
    SELECT v.chunk_id, v.embedding FROM chunk_vectors v WHERE ${MAY_FIND}
     ORDER BY bit_count(v.signs # $5::varbit) LIMIT ${CANDIDATES}
  ) AS likely`;

/** The signs of all vectors are compared first; of the likeliest the product decides. */
export async function nearestBySigns(
  db: DataSource | EntityManager,
  within: Within,
  query: NearestQuery,
  limit: number,
): Promise<Neighbour[]> {
  const signs = query.vector.map((value) => (value > 0 ? '1' : '0')).join('');
  const rows: { chunk_id: string; embedding: Buffer }[] = await db.query(NEAREST_BY_SIGNS, [
    ...scope(within, query),
    signs,
  ]);
  return rows
    .map(({ chunk_id, embedding }) => ({ chunk_id, similarity: product(readReals(embedding), query.vector) }))
    .sort((a, b) => b.similarity - a.similarity || (a.chunk_id < b.chunk_id ? -1 : 1))
    .slice(0, limit);
}

/** Space, dimensions and limit stand in the text, because PostgreSQL finds the index by them. */
const NEAREST_BY_INDEX = (space_id: number, dimensions: number, limit: number) => `
  SELECT v.chunk_id, -((v.embedding::halfvec(${dimensions})) <#> $5::halfvec(${dimensions})) AS similarity
    FROM chunk_vectors v
   WHERE ${MAY_FIND} AND v.space_id = ${space_id}
   ORDER BY (v.embedding::halfvec(${dimensions})) <#> $5::halfvec(${dimensions}) LIMIT ${limit}`;

export async function nearestByIndex(
  db: DataSource,
  within: Within,
  query: NearestQuery,
  limit: number,
): Promise<Neighbour[]> {
  const { space_id, vector } = query;
  return db.transaction(async (tx) => {
    await tx.query(ANN_SETTINGS);
    const parameters = [...scope(within, query), JSON.stringify(vector)];
    const rows: Neighbour[] = await tx.query(NEAREST_BY_INDEX(space_id, vector.length, limit), parameters);
    return rows.sort((a, b) => b.similarity - a.similarity);
  });
}

const WORTH_AN_INDEX_OF_SPACE = `
  SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass($3) AND indisvalid)
     AND (SELECT count(*) FROM (
       SELECT FROM chunk_vectors WHERE project_id = $1 AND space_id = $2 LIMIT ${WORTH_AN_INDEX}
     ) AS counted) = ${WORTH_AN_INDEX} AS worth`;

async function isWorthAnIndex(db: DataSource, within: Within, query: NearestQuery): Promise<boolean> {
  const [row]: { worth: boolean }[] = await db.query(WORTH_AN_INDEX_OF_SPACE, [
    within.project_id,
    query.space_id,
    indexName(query.space_id),
  ]);
  return row?.worth ?? false;
}

function product(stored: Float32Array, query: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < stored.length; at += 1) sum += (stored[at] ?? 0) * (query[at] ?? 0);
  return sum;
}
