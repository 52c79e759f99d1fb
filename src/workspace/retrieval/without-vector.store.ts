import type { EntityManager } from 'typeorm';
import { CHUNKS_A_PAGE, type StaleChunks } from '../../../workflows/contract/retrieval.js';
import type { SourceType } from './source-types.js';

const CHUNKS_WITHOUT_VECTOR = `
  WITH without AS (
    SELECT c.id FROM chunks c JOIN chunk_vectors v ON v.chunk_id = c.id
     WHERE c.source_type = $1 AND c.source_id = ANY ($2::uuid[]) AND c.organisation_id = $3 AND c.project_id = $4
       AND v.space_id IS NULL AND ($5::uuid IS NULL OR c.id > $5)
  )
  SELECT ARRAY(SELECT id FROM without ORDER BY id LIMIT $6) AS chunk_ids,
         (SELECT count(*)::int FROM without) AS left`;

/** Chunks of these sources that nobody has embedded, page by page. */
export async function chunksWithoutVector(
  tx: EntityManager,
  { organisation_id, project_id }: { organisation_id: string; project_id: string },
  { type, ids }: { type: SourceType; ids: readonly string[] },
  after: string | null,
): Promise<StaleChunks> {
  const [row]: [StaleChunks] = await tx.query(CHUNKS_WITHOUT_VECTOR, [
    type,
    ids,
    organisation_id,
    project_id,
    after,
    CHUNKS_A_PAGE,
  ]);
  return row;
}
