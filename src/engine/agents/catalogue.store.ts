import type { DataSource, EntityManager } from 'typeorm';
import type { VersionDefinition } from '../../../workflows/contract/version.js';
import { Agent } from '../../platform/db/entities/agent.entity.js';
import { AppError } from '../../platform/http/app-error.js';

/** An agent with what it runs by now. */
export interface CatalogueAgent {
  id: string;
  key: string;
  organisation_id: string | null;
  title: string;
  purpose: string;
  built_in: boolean;
  created_by: string | null;
  created_at: Date;
  published_id: string | null;
  published_version: number | null;
  definition: VersionDefinition | null;
  draft_versions: number[];
}

const CATALOGUE = `
  SELECT DISTINCT ON (a.key) a.id, a.key, a.organisation_id, a.title, a.purpose, a.built_in, a.created_by,
         a.created_at, v.id AS published_id, v.number AS published_version, v.definition,
         (SELECT coalesce(array_agg(d.number ORDER BY d.number), '{}') FROM agent_versions d
           WHERE d.agent_id = a.id AND d.status = 'draft') AS draft_versions
    FROM agents a LEFT JOIN agent_versions v ON v.agent_id = a.id AND v.status = 'published'
   WHERE (a.organisation_id = $1 OR a.organisation_id IS NULL) AND ($2::text IS NULL OR a.key = $2)
   ORDER BY a.key, a.built_in DESC`;

/** Returns the built-in agents and the organisation's own, by key. A built-in agent hides an own one of the same key. */
export async function catalogueOf(
  db: DataSource | EntityManager,
  organisation_id: string,
  key: string | null = null,
): Promise<CatalogueAgent[]> {
  return db.query(CATALOGUE, [organisation_id, key]);
}

export async function findAgent(
  db: DataSource | EntityManager,
  organisation_id: string,
  key: string,
): Promise<CatalogueAgent> {
  const [agent] = await catalogueOf(db, organisation_id, key);
  if (!agent) throw agentUnknown(key);
  return agent;
}

export function agentUnknown(key: string): AppError {
  return new AppError('agent_unknown', `There is no agent ${JSON.stringify(key.slice(0, 100))}.`);
}

export function agentUnpublished(key: string): AppError {
  return new AppError('agent_unpublished', `${key} has no published version; publish one first.`);
}

const INSERT_AGENT = `
  INSERT INTO agents (id, key, organisation_id, title, purpose, built_in, created_by)
  SELECT $1, $2, $3, $4, $5, false, $6
   WHERE NOT EXISTS (SELECT FROM agents WHERE key = $2 AND built_in)
  ON CONFLICT (key, organisation_id) DO NOTHING RETURNING id`;

type NewAgent = Pick<Agent, 'id' | 'key' | 'title' | 'purpose'> & {
  organisation_id: string;
  created_by: string;
};

/** Returns whether the key was free. */
export async function insertAgent(tx: EntityManager, agent: NewAgent): Promise<boolean> {
  const { id, key, organisation_id, title, purpose, created_by } = agent;
  const made: unknown[] = await tx.query(INSERT_AGENT, [
    id,
    key,
    organisation_id,
    title,
    purpose,
    created_by,
  ]);
  return made.length > 0;
}

export async function updateAgent(
  tx: EntityManager,
  id: string,
  { title, purpose }: Pick<Agent, 'title' | 'purpose'>,
): Promise<void> {
  await tx.getRepository(Agent).update({ id }, { title, purpose });
}

export async function deleteAgent(tx: EntityManager, id: string): Promise<void> {
  await tx.getRepository(Agent).delete({ id });
}

/** Returns null if the agent has been removed. */
export function lockAgentRow(
  tx: EntityManager,
  id: string,
  mode: 'pessimistic_write' | 'for_key_share',
): Promise<Agent | null> {
  return tx.getRepository(Agent).findOne({ where: { id }, lock: { mode } });
}
