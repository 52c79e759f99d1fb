import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { VersionDefinition } from '../../../workflows/contract/version.js';
import { logChange } from '../../platform/audit-log/change-log.js';
import type { Principal } from '../../platform/auth/principal.js';
import type { AgentVersion } from '../../platform/db/entities/agent.entity.js';
import { AppError } from '../../platform/http/app-error.js';
import { agentUnknown, type CatalogueAgent, findAgent } from './catalogue.js';

export type AgentName = Pick<CatalogueAgent, 'id' | 'key' | 'organisation_id'>;
export type VersionFacts = Omit<AgentVersion, 'definition'>;

const FACTS = `id, agent_id, number, status, origin, version, created_by, created_at, published_by, published_at, archived_at`;

/** The newest first, without what they say. */
export async function versionsOf(db: DataSource | EntityManager, agent: AgentName): Promise<VersionFacts[]> {
  return db.query(`SELECT ${FACTS} FROM agent_versions WHERE agent_id = $1 ORDER BY number DESC`, [agent.id]);
}

export async function findVersion(
  db: DataSource | EntityManager,
  agent: AgentName,
  number: number,
): Promise<AgentVersion> {
  const [version]: AgentVersion[] = await db.query(
    `SELECT ${FACTS}, definition FROM agent_versions WHERE agent_id = $1 AND number = $2`,
    [agent.id, number],
  );
  if (!version) throw noVersion(agent, number);
  return version;
}

export function noVersion({ key }: AgentName, number: number): AppError {
  return new AppError('not_found', `${key} has no version ${number}.`);
}

/** One change at a time for each agent, until the transaction ends. */
export async function lockAgent(tx: EntityManager, caller: Principal, key: string): Promise<CatalogueAgent> {
  const { id } = await findAgent(tx, caller.organisation_id, key);
  const [locked] = await tx.query(`SELECT 1 FROM agents WHERE id = $1 FOR UPDATE`, [id]);
  if (!locked) throw agentUnknown(key);
  return findAgent(tx, caller.organisation_id, key);
}

const INSERT_DRAFT = `
  INSERT INTO agent_versions (id, agent_id, number, status, origin, definition, created_by)
  SELECT $1, $2, coalesce(max(number), 0) + 1, 'draft', 'person', $3::jsonb, $4
    FROM agent_versions WHERE agent_id = $2 RETURNING number`;

export async function insertDraft(
  tx: EntityManager,
  caller: Principal,
  agent: AgentName,
  definition: VersionDefinition,
): Promise<{ id: string; number: number }> {
  const id = uuidv7();
  const [made]: { number: number }[] = await tx.query(INSERT_DRAFT, [
    id,
    agent.id,
    JSON.stringify(definition),
    caller.user_id,
  ]);
  if (!made) throw new Error('the draft was not made');
  await logVersion(tx, caller, agent, id, null, { number: made.number, status: 'draft', definition });
  return { id, number: made.number };
}

const ARCHIVE_PUBLISHED = `
  UPDATE agent_versions SET status = 'archived', archived_at = now(), version = version + 1
   WHERE agent_id = $1 AND status = 'published'`;

const PUBLISH = `
  UPDATE agent_versions SET status = 'published', published_at = now(), published_by = $2, archived_at = NULL,
         version = version + 1 WHERE id = $1`;

/** From now on runs are admitted with it; the one published before is archived. */
export async function publishVersion(
  tx: EntityManager,
  caller: Principal,
  agent: AgentName & Pick<CatalogueAgent, 'published_version'>,
  { id, number, status }: Pick<AgentVersion, 'id' | 'number' | 'status'>,
): Promise<void> {
  await tx.query(ARCHIVE_PUBLISHED, [agent.id]);
  await tx.query(PUBLISH, [id, caller.user_id]);
  const before = { number, status, published_version: agent.published_version };
  await logVersion(tx, caller, agent, id, before, { number, status: 'published', published_version: number });
}

export function logVersion(
  tx: EntityManager,
  caller: Principal,
  agent: AgentName,
  subject_id: string,
  before: object | null,
  after: object,
): Promise<void> {
  return logChange(tx, {
    organisation_id: agent.organisation_id,
    changed_by: caller.user_id,
    subject: 'agent_version',
    subject_id,
    before: before && { agent: agent.key, ...before },
    after: { agent: agent.key, ...after },
  });
}
