import type { EntityManager } from 'typeorm';
import type { MemoryRow } from '../../platform/db/entities/memory.entity.js';
import type { ProjectPlace } from '../place.js';

export type KnownMemory = Pick<MemoryRow, 'id' | 'user_id' | 'body' | 'version'>;

const MOST = 500;

const LATEST_MEMORIES = `
  SELECT id, user_id, body, version FROM memories
   WHERE organisation_id = $1 AND project_id = $2 AND removed_at IS NULL
     AND (user_id IS NULL OR user_id = $3::uuid) ORDER BY id = ANY ($4::uuid[]) DESC, updated_at DESC, id DESC LIMIT ${MOST}`;

/**
 * Returns the project's memories and, if the run concerns its person, that person's memories first; then the latest.
 */
export function memoriesFor(
  tx: EntityManager,
  { organisation_id, project_id, user_id }: ProjectPlace & { user_id: string | null },
  personal: boolean,
  first: readonly string[] = [],
): Promise<KnownMemory[]> {
  return tx.query(LATEST_MEMORIES, [organisation_id, project_id, personal ? user_id : null, first]);
}
