import type { EntityManager } from 'typeorm';
import type { ProjectPlace } from '../../src/workspace/place.js';
import { readReals } from '../../src/workspace/retrieval/sent-array.js';
import { BEGINNING, IS_OPEN } from './pair.sql.js';
import type { NearTicket } from './pairs.js';

/** Below this two texts are about different things. */
const LEAST = 0.45;
/** How many the signs leave for the exact comparison. */
const LIKELY = 24;

const NEAR_BY_MEANING = `
  WITH open AS MATERIALIZED (
    SELECT t.id, v.chunk_id, v.signs FROM tickets t CROSS JOIN LATERAL ${BEGINNING('t', '$3')} v
     WHERE t.organisation_id = $1 AND t.project_id = $2 AND ${IS_OPEN('t')}
  )
  SELECT o.id AS ticket_id, n.id AS near_id, o.chunk_id AS own, n.chunk_id AS other
    FROM open o CROSS JOIN LATERAL (
      SELECT id, chunk_id FROM open WHERE id <> o.id ORDER BY bit_count(signs # o.signs) LIMIT ${LIKELY}
    ) n
   WHERE o.id = ANY ($4::uuid[])`;

/**
 * Returns the nearest open tickets of each of these, by the vector of their beginning. The signs alone decide: they are
 * a narrow scan of a project's open tickets, and an index over all tenants' chunks would find few of them.
 */
export async function nearByMeaning(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  space_id: number,
  ticket_ids: readonly string[],
): Promise<NearTicket[]> {
  const likely: { ticket_id: string; near_id: string; own: string; other: string }[] = await tx.query(
    NEAR_BY_MEANING,
    [organisation_id, project_id, space_id, ticket_ids],
  );
  const vectors = await vectorsOf(tx, [...new Set(likely.flatMap(({ own, other }) => [own, other]))]);
  return likely.flatMap(({ ticket_id, near_id, own, other }) => {
    const likeness = product(vectors.get(own), vectors.get(other));
    return likeness < LEAST ? [] : [{ ticket_id, near_id, likeness: Math.min(likeness, 1) }];
  });
}

async function vectorsOf(tx: EntityManager, chunk_ids: string[]): Promise<Map<string, Float32Array>> {
  const rows: { chunk_id: string; embedding: Buffer }[] = await tx.query(
    `SELECT chunk_id, array_send(embedding) AS embedding FROM chunk_vectors WHERE chunk_id = ANY ($1::uuid[])`,
    [chunk_ids],
  );
  return new Map(rows.map(({ chunk_id, embedding }) => [chunk_id, readReals(embedding)]));
}

/** Both of length 1: the product is their likeness. */
function product(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (!a || !b) return 0;
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
