import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Source } from '../../../workflows/contract/proposal.js';
import { MemoryRow } from '../../platform/db/entities/memory.entity.js';
import type { ProjectPlace } from '../place.js';
import { keepFindable } from '../retrieval/findable.js';
import memorySource from './search-source.js';

/** The person or run that changed a memory. */
interface ChangedBy {
  user_id: string | null;
  proposal_id: string | null;
}

export interface MemoryText {
  body: string;
  sources: Source[];
}

const MOST_SOURCES = 50;

const REVISION = (changed_by: string, proposal_id: string) => `
  INSERT INTO memory_revisions (memory_id, version, body, sources, removed, changed_by, proposal_id)
  SELECT id, version, body, sources, removed_at IS NOT NULL, ${changed_by}::uuid, ${proposal_id}::uuid FROM m
  RETURNING memory_id AS id, version`;

const ADD_MEMORY = `
  WITH m AS (
    INSERT INTO memories (id, organisation_id, project_id, user_id, body, sources)
    VALUES ($1, $2, $3, $4, $5, $6::jsonb) RETURNING *
  ) ${REVISION('$7', '$8')}`;

/** Every version of a memory has its revision, also the first. */
export async function addMemory(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  { user_id, body, sources }: MemoryText & { user_id: string | null },
  by: ChangedBy,
): Promise<{ id: string; version: number }> {
  const [made] = await tx.query(ADD_MEMORY, [
    uuidv7(),
    organisation_id,
    project_id,
    user_id,
    body,
    JSON.stringify(sources),
    by.user_id,
    by.proposal_id,
  ]);
  const owner = { organisation_id, project_id, user_id };
  await keepFindable(tx, owner, { type: memorySource.type, id: made.id }, memorySource.text({ body }));
  return made;
}

const WRITE_MEMORY = `
  WITH m AS (
    UPDATE memories SET body = $3, sources = $4::jsonb, version = version + 1, updated_at = clock_timestamp(),
           removed_at = CASE WHEN $5 THEN clock_timestamp() END
     WHERE id = $1 AND organisation_id = $2 RETURNING *
  ) ${REVISION('$6', '$7')}`;

/** The row is locked by the caller, who has looked at its version. */
export async function writeMemory(
  tx: EntityManager,
  {
    id,
    organisation_id,
    project_id,
    user_id,
  }: Pick<MemoryRow, 'id' | 'organisation_id' | 'project_id' | 'user_id'>,
  { body, sources, removed }: MemoryText & { removed: boolean },
  by: ChangedBy,
): Promise<{ id: string; version: number }> {
  const [written] = await tx.query(WRITE_MEMORY, [
    id,
    organisation_id,
    body,
    JSON.stringify(sources),
    removed,
    by.user_id,
    by.proposal_id,
  ]);
  if (!written) throw new Error('the memory was locked and is not there');
  const owner = { organisation_id, project_id, user_id };
  await keepFindable(
    tx,
    owner,
    { type: memorySource.type, id },
    removed ? null : memorySource.text({ body }),
  );
  return written;
}

export async function lockMemory(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  id: string,
): Promise<MemoryRow> {
  const where = { id, organisation_id, project_id };
  const memory = await tx.getRepository(MemoryRow).findOne({ where, lock: { mode: 'pessimistic_write' } });
  if (!memory) throw new Error(`there is no memory ${id}`);
  return memory;
}

/** The known sources of a memory only grow, up to a limit. */
export function uniteSources(known: Source[], more: Source[]): Source[] {
  const all = new Map([...known, ...more].map((source) => [`${source.type} ${source.id}`, source]));
  return [...all.values()].slice(-MOST_SOURCES);
}
