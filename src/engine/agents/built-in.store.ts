import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { VersionDefinition, VersionStatus } from '../../../workflows/contract/version.js';

/** A built-in agent as it is stored, and the newest version that came from code. */
export interface StoredBuiltIn {
  id: string;
  key: string;
  title: string;
  purpose: string;
  definition: VersionDefinition | null;
}

const BUILT_IN_AGENTS = `
  SELECT a.id, a.key, a.title, a.purpose, (SELECT v.definition FROM agent_versions v
           WHERE v.agent_id = a.id AND v.origin = 'code' ORDER BY v.number DESC LIMIT 1) AS definition
    FROM agents a WHERE a.built_in`;

export async function storedBuiltIns(db: DataSource | EntityManager): Promise<StoredBuiltIn[]> {
  return db.query(BUILT_IN_AGENTS);
}

const KEEP_BUILT_IN = `
  INSERT INTO agents (id, key, organisation_id, title, purpose, built_in) VALUES ($1, $2, NULL, $3, $4, true)
  ON CONFLICT (key, organisation_id) DO UPDATE SET title = excluded.title, purpose = excluded.purpose RETURNING id`;

/** Makes the agent, or brings its title and purpose to what is given. Answers its id. */
export async function keepBuiltIn(
  tx: EntityManager,
  { key, title, purpose }: Pick<StoredBuiltIn, 'key' | 'title' | 'purpose'>,
): Promise<string> {
  const [{ id }]: [{ id: string }] = await tx.query(KEEP_BUILT_IN, [uuidv7(), key, title, purpose]);
  return id;
}

const ARCHIVE_PUBLISHED_FROM_CODE = `
  UPDATE agent_versions SET status = 'archived', archived_at = now(), version = version + 1
   WHERE agent_id = $1 AND status = 'published' AND origin = 'code' RETURNING number`;

const INSERT_FROM_CODE = `
  INSERT INTO agent_versions (id, agent_id, number, status, origin, definition, published_at)
  SELECT $1, $2, (SELECT coalesce(max(number), 0) + 1 FROM agent_versions WHERE agent_id = $2), s.status, 'code',
         $3::jsonb, CASE WHEN s.status = 'published' THEN now() END
    FROM (SELECT CASE WHEN EXISTS (SELECT FROM agent_versions WHERE agent_id = $2 AND status = 'published')
                      THEN 'draft' ELSE 'published' END AS status) s
  RETURNING id, number, status`;

interface FromCode {
  made: { id: string; number: number; status: VersionStatus };
  archived: { number: number } | undefined;
}

/**
 * Publishes a version from code in place of the published one; if a person published that one, the new version stays a
 * draft.
 */
export async function insertVersionFromCode(
  tx: EntityManager,
  agent_id: string,
  definition: VersionDefinition,
): Promise<FromCode> {
  const [[archived]]: [{ number: number }[]] = await tx.query(ARCHIVE_PUBLISHED_FROM_CODE, [agent_id]);
  const parameters = [uuidv7(), agent_id, JSON.stringify(definition)];
  const [made]: [FromCode['made']] = await tx.query(INSERT_FROM_CODE, parameters);
  return { made, archived };
}
