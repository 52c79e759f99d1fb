import type { DataSource, EntityManager } from 'typeorm';
import type { StoredCall } from '../../../activities/model/calls.js';
import type { StaleChunks, StaleRequest } from '../../../workflows/contract/retrieval.js';
import { PostgresModelCallStore } from '../../engine/runs/model-call.store.js';
import { findSpace, spaceFor } from './space.store.js';

const MAY_BE_STALE = `
  SELECT r.trigger <> 'schedule' OR EXISTS (
           SELECT FROM projects p JOIN chunk_vectors v ON v.project_id = p.id
            WHERE p.organisation_id = r.organisation_id AND (r.project_id IS NULL OR p.id = r.project_id)
              AND (v.space_id IS NULL
                   OR v.space_id = ANY (ARRAY(SELECT id FROM vector_spaces WHERE requested_model <> $2)))
         ) AS stale
    FROM agent_runs r WHERE r.id = $1`;

const STALE_CHUNKS = `
  WITH stale AS (
    SELECT v.chunk_id FROM agent_runs r JOIN projects p ON p.organisation_id = r.organisation_id
      JOIN chunk_vectors v ON v.project_id = p.id
     WHERE r.id = $1 AND (r.project_id IS NULL OR p.id = r.project_id)
       AND ($2::int IS NULL OR v.space_id IS DISTINCT FROM $2) AND ($3::uuid IS NULL OR v.chunk_id > $3)
       AND ($5::text IS NULL OR v.source_type = $5)
  )
  SELECT ARRAY(SELECT chunk_id FROM stale ORDER BY chunk_id LIMIT $4) AS chunk_ids,
         (SELECT count(*)::int FROM stale) AS left`;

const TEXTS = `
  SELECT c.id, c.text FROM agent_runs r JOIN chunks c ON c.organisation_id = r.organisation_id
   WHERE r.id = $1 AND (r.project_id IS NULL OR c.project_id = r.project_id) AND c.id = ANY ($2::uuid[])
   ORDER BY c.id`;

/** Vectors of chunks, and the model that made them. */
export interface Embedded {
  requested_model: string;
  model: string;
  vectors: { chunk_id: string; vector: number[] }[];
}

/** The reads and writes of the tools for indexing. */
export class PostgresVectorStore {
  constructor(private readonly db: DataSource) {}

  /** Chunks that are gone, or that lie outside of the run's project, are left out. */
  texts(run_id: string, chunk_ids: string[]): Promise<{ id: string; text: string }[]> {
    return this.db.query(TEXTS, [run_id, chunk_ids]);
  }

  async record(call: StoredCall, { vectors, ...made }: Embedded): Promise<void> {
    await this.db.transaction(async (tx) => {
      await storeEmbeddings(tx, made, vectors);
      await new PostgresModelCallStore(tx).record(call);
    });
  }

  async mayBeStale(run_id: string, requested_model: string): Promise<boolean> {
    const [row]: { stale: boolean }[] = await this.db.query(MAY_BE_STALE, [run_id, requested_model]);
    return row?.stale ?? false;
  }

  async stale({ run_id, space, after, limit, of = null }: StaleRequest): Promise<StaleChunks> {
    const space_id = await findSpace(this.db, space);
    const [row]: [StaleChunks] = await this.db.query(STALE_CHUNKS, [run_id, space_id, after, limit, of]);
    return row;
  }
}

const STORE_EMBEDDINGS = `
  UPDATE chunk_vectors v SET space_id = $1, embedding = made.embedding
    FROM jsonb_to_recordset($2::jsonb) AS made(chunk_id uuid, embedding real[]) WHERE v.chunk_id = made.chunk_id`;

/** Vectors become of length 1, so that their product is their likeness. Chunks that are gone are left out. */
export async function storeEmbeddings(
  tx: EntityManager,
  made: { requested_model: string; model: string },
  vectors: { chunk_id: string; vector: readonly number[] }[],
): Promise<void> {
  const [first] = vectors;
  if (!first) return;
  const space_id = await spaceFor(tx, { ...made, dimensions: first.vector.length });
  const rows = vectors.map(({ chunk_id, vector }) => ({ chunk_id, embedding: ofLengthOne(vector) }));
  await tx.query(STORE_EMBEDDINGS, [space_id, JSON.stringify(rows)]);
}

export function ofLengthOne(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
