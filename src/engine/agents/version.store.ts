import type { DataSource, EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { VersionDefinition } from '../../../workflows/contract/version.js';
import { logChange } from '../../platform/audit-log/change-log.store.js';
import type { Principal } from '../../platform/auth/principal.js';
import { AgentVersion } from '../../platform/db/entities/agent.entity.js';
import { AppError } from '../../platform/http/app-error.js';
import { agentUnknown, type CatalogueAgent, findAgent, lockAgentRow } from './catalogue.store.js';

type AgentName = Pick<CatalogueAgent, 'id' | 'key' | 'organisation_id'>;
type VersionFacts = Omit<AgentVersion, 'definition'>;

const FACTS = {
  id: true,
  agent_id: true,
  number: true,
  status: true,
  origin: true,
  version: true,
  created_by: true,
  created_at: true,
  published_by: true,
  published_at: true,
  archived_at: true,
} as const;

/** Returns the newest versions first, without their definitions. */
export async function versionsOf(db: DataSource | EntityManager, agent: AgentName): Promise<VersionFacts[]> {
  const order = { number: 'DESC' } as const;
  return db.getRepository(AgentVersion).find({ select: FACTS, where: { agent_id: agent.id }, order });
}

export async function findVersion(
  db: DataSource | EntityManager,
  agent: AgentName,
  number: number,
): Promise<AgentVersion> {
  const version = await db.getRepository(AgentVersion).findOneBy({ agent_id: agent.id, number });
  if (!version) throw noVersion(agent, number);
  return version;
}

export function noVersion({ key }: AgentName, number: number): AppError {
  return new AppError('not_found', `${key} has no version ${number}.`);
}

/** Allows one change of an agent at a time, until the transaction ends. */
export async function lockAgent(tx: EntityManager, caller: Principal, key: string): Promise<CatalogueAgent> {
  const { id } = await findAgent(tx, caller.organisation_id, key);
  if (!(await lockAgentRow(tx, id, 'pessimistic_write'))) throw agentUnknown(key);
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

const NEXT = () => 'version + 1';
const ARCHIVED = { status: 'archived', archived_at: () => 'now()', version: NEXT } as const;

export async function archiveVersion(tx: EntityManager, id: string): Promise<void> {
  await tx.getRepository(AgentVersion).update({ id }, ARCHIVED);
}

export async function setDefinition(
  tx: EntityManager,
  id: string,
  definition: VersionDefinition,
): Promise<void> {
  // TypeORM's type of a change does not take a JSON column with free-form parts.
  const change = { definition, version: NEXT } as QueryDeepPartialEntity<AgentVersion>;
  await tx.getRepository(AgentVersion).update({ id }, change);
}

/** Publishes a version for runs admitted from now on, and archives the one published before. */
export async function publishVersion(
  tx: EntityManager,
  caller: Principal,
  agent: AgentName & Pick<CatalogueAgent, 'published_version'>,
  { id, number, status }: Pick<AgentVersion, 'id' | 'number' | 'status'>,
): Promise<void> {
  const versions = tx.getRepository(AgentVersion);
  await versions.update({ agent_id: agent.id, status: 'published' }, ARCHIVED);
  const published_at = () => 'now()';
  const published = {
    status: 'published',
    published_at,
    published_by: caller.user_id,
    archived_at: null,
  } as const;
  await versions.update({ id }, { ...published, version: NEXT });
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
