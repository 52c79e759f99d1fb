import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { hexDigestOf } from '../../platform/digest.js';
import { lockPart } from '../../platform/locks/advisory-lock.store.js';
import type { SourceType } from './source-types.js';

export interface ChunkSource {
  type: SourceType;
  id: string;
}

/** The organisation and project of a source; with a user, only that user finds it. */
export interface ChunkOwner {
  organisation_id: string;
  project_id: string;
  user_id: string | null;
}

interface Kept {
  id: string;
  hash: string;
  here: boolean;
}

const CHUNKS_OF_SOURCE = `
  SELECT id, encode(hash, 'hex') AS hash, (project_id, user_id) IS NOT DISTINCT FROM ($3::uuid, $4::uuid) AS here
    FROM chunks WHERE source_type = $1 AND source_id = $2 ORDER BY position`;

const MOVE_CHUNKS = `
  UPDATE chunks c SET position = s.position FROM jsonb_to_recordset($1::jsonb) AS s(id uuid, position int)
   WHERE c.id = s.id AND c.position <> s.position`;

const INSERT_CHUNKS = `
  WITH made AS (
    INSERT INTO chunks (id, organisation_id, project_id, source_type, source_id, user_id, position, text, hash)
    SELECT n.id, $2, $3, $4, $5, $6, n.position, n.text, decode(n.hash, 'hex')
      FROM jsonb_to_recordset($1::jsonb) AS n(id uuid, position int, text text, hash text)
    RETURNING id, project_id, source_type, user_id
  )
  INSERT INTO chunk_vectors (chunk_id, project_id, source_type, user_id) SELECT * FROM made`;

const WITHOUT_VECTOR = `
  SELECT c.id FROM chunks c JOIN chunk_vectors v ON v.chunk_id = c.id
   WHERE c.source_type = $1 AND c.source_id = $2 AND v.space_id IS NULL ORDER BY c.position`;

/**
 * Replaces the chunks of one source by these texts. An unchanged text keeps its id and vector wherever it moves.
 * Returns the chunks without a vector.
 */
export async function replaceChunks(
  tx: EntityManager,
  owner: ChunkOwner,
  source: ChunkSource,
  texts: readonly string[],
): Promise<string[]> {
  const { type, id } = source;
  const { organisation_id, project_id, user_id } = owner;
  await lockPart(tx, 'chunks', `${type}/${id}`);
  const known: Kept[] = await tx.query(CHUNKS_OF_SOURCE, [type, id, project_id, user_id]);
  const free = new Map<string, string[]>();
  for (const { id: chunk_id, hash, here } of known)
    if (here) free.set(hash, [...(free.get(hash) ?? []), chunk_id]);
  const wanted = texts.map((text, position) => {
    const hash = hexDigestOf(text);
    const kept = free.get(hash)?.shift();
    return { id: kept ?? uuidv7(), position, text, hash, made: kept === undefined };
  });
  const staying = wanted.filter(({ made }) => !made);
  await tx.query(`DELETE FROM chunks WHERE source_type = $1 AND source_id = $2 AND id <> ALL ($3::uuid[])`, [
    type,
    id,
    staying.map((chunk) => chunk.id),
  ]);
  await tx.query(MOVE_CHUNKS, [
    JSON.stringify(staying.map(({ id: chunk_id, position }) => ({ id: chunk_id, position }))),
  ]);
  await tx.query(INSERT_CHUNKS, [
    JSON.stringify(wanted.filter(({ made }) => made)),
    organisation_id,
    project_id,
    type,
    id,
    user_id,
  ]);
  const without: { id: string }[] = await tx.query(WITHOUT_VECTOR, [type, id]);
  return without.map((chunk) => chunk.id);
}

/** Archived and removed sources are not found. */
export async function removeChunks(tx: EntityManager, { type, id }: ChunkSource): Promise<void> {
  await tx.query(`DELETE FROM chunks WHERE source_type = $1 AND source_id = $2`, [type, id]);
}
