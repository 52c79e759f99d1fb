import type { EntityManager } from 'typeorm';
import { chunkTexts } from './chunk.js';
import { type ChunkSource, removeChunks, replaceChunks } from './chunk.store.js';

/**
 * Lets search find a thing by its words, in the transaction that saves it. Meaning follows when an agent has embedded
 * it: the one that reviews it, or `reindex`. Null takes it out of the search.
 */
export async function keepFindable(
  tx: EntityManager,
  owner: { organisation_id: string; project_id: string; user_id?: string | null },
  source: ChunkSource,
  text: string | null,
): Promise<void> {
  if (text === null) return removeChunks(tx, source);
  const { organisation_id, project_id, user_id = null } = owner;
  await replaceChunks(tx, { organisation_id, project_id, user_id }, source, chunkTexts(text));
}
