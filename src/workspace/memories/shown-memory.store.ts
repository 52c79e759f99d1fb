import type { DataSource, EntityManager } from 'typeorm';
import { VISIBLE_TO } from '../../platform/auth/visible.sql.js';
import { MemoryRevision, type MemoryRow } from '../../platform/db/entities/memory.entity.js';
import { MODELS_OF_MEMORY } from '../proposals/models-of.sql.js';
import type { HistoryQuery, MemoriesQuery } from './memory.dto.js';

export type ShownMemory = Omit<MemoryRow, 'organisation_id'> & { models: string[] };

/** A person in an organisation: sees what is remembered for the project, and what is the person's own. */
interface Reader {
  organisation_id: string;
  user_id: string;
}

const COLUMNS = `id, project_id, user_id, body, sources, version, created_at, updated_at, removed_at,
  ${MODELS_OF_MEMORY('memories.id', 'memories.body')} AS models`;

const LIST_MEMORIES = `
  SELECT ${COLUMNS} FROM memories
   WHERE organisation_id = $1 AND project_id = $3 AND removed_at IS NULL AND ${VISIBLE_TO('user_id', '$2')}
     AND ($4::boolean IS NULL OR (user_id IS NOT NULL) = $4) AND ($5::text IS NULL OR body ILIKE $5)
     AND ($6::uuid IS NULL OR id < $6)
   ORDER BY id DESC LIMIT $7`;

export function listMemories(
  db: DataSource,
  { organisation_id, user_id }: Reader,
  project_id: string,
  { mine, q, before, limit }: MemoriesQuery,
): Promise<ShownMemory[]> {
  return db.query(LIST_MEMORIES, [
    organisation_id,
    user_id,
    project_id,
    mine ?? null,
    q === undefined ? null : `%${q.replace(/[\\%_]/g, '\\$&')}%`,
    before ?? null,
    limit,
  ]);
}

const FIND_MEMORY = `
  SELECT ${COLUMNS} FROM memories WHERE id = $1 AND organisation_id = $2 AND ${VISIBLE_TO('user_id', '$3')}`;

export async function findShownMemory(
  db: DataSource | EntityManager,
  { organisation_id, user_id }: Reader,
  id: string,
  lock: 'FOR UPDATE' | '',
): Promise<ShownMemory | null> {
  const [memory]: ShownMemory[] = await db.query(`${FIND_MEMORY} ${lock}`, [id, organisation_id, user_id]);
  return memory ?? null;
}

const LIST_REVISIONS = `
  SELECT version, body, sources, removed, changed_by, proposal_id, at, ${MODELS_OF_MEMORY('v.memory_id', 'v.body')} AS models
    FROM memory_revisions v
   WHERE memory_id = $1 AND ($2::int IS NULL OR version < $2) ORDER BY version DESC LIMIT $3`;

export type ShownMemoryRevision = Omit<MemoryRevision, 'memory_id'> & { models: string[] };

/** Returns the newest revisions first. */
export function listMemoryRevisions(
  db: DataSource,
  memory_id: string,
  { before, limit }: HistoryQuery,
): Promise<ShownMemoryRevision[]> {
  return db.query(LIST_REVISIONS, [memory_id, before ?? null, limit]);
}

export function findMemoryRevision(
  tx: EntityManager,
  memory_id: string,
  version: number,
): Promise<MemoryRevision | null> {
  return tx.getRepository(MemoryRevision).findOneBy({ memory_id, version });
}
