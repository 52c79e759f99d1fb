import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { agents } from '../../../agents/index.js';
import type { AgentDefinition } from '../../../workflows/contract/agent.js';
import type { VersionDefinition, VersionStatus } from '../../../workflows/contract/version.js';
import { logChange } from '../../platform/audit-log/change-log.js';
import { canonical } from '../../platform/canonical.js';
import type { Logger } from '../../platform/config/logger.js';
import { isDatabaseOutage } from '../../platform/http/problem.filter.js';
import { lock } from '../../platform/locks/advisory-locks.js';
import { buildId, keepSeeing, newerBuild, seeBuild } from './builds.js';
import { versionFromCode } from './from-code.js';

/** Of a built-in agent: what is stored of it, and the newest version that came from code. */
interface Known {
  id: string;
  key: string;
  title: string;
  purpose: string;
  definition: VersionDefinition | null;
}

/**
 * Brings the built-in agents to what this build says; several replicas may do it at once. Where nothing changed it is one
 * read. A version that a person published stays: the new one waits beside it as a draft. While a process of a newer build
 * runs, an older one that starts again changes nothing.
 */
export async function publishBuiltIns(
  db: DataSource,
  definitions: readonly AgentDefinition[] = agents,
  build: string | null = null,
): Promise<string[]> {
  if (build !== null) {
    await seeBuild(db, build);
    if ((await newerBuild(db, build)) !== null) return [];
  }
  const changed = (known: Known[]) => definitions.filter((agent) => !isFresh(agent, known));
  if (changed(await knownAgents(db)).length === 0) return [];
  return db.transaction(async (tx) => {
    await lock(tx, 'agents');
    const known = await knownAgents(tx);
    const stale = changed(known);
    for (const agent of stale) await refresh(tx, agent, known);
    return stale.map(({ key }) => key);
  });
}

/** At the start of a process: PostgreSQL, or the one who migrates it, may come after. */
export async function untilPublished(db: DataSource, logger: Pick<Logger, 'warn'>): Promise<void> {
  const build = buildId();
  for (let tries = 0; ; tries += 1) {
    try {
      await publishBuiltIns(db, agents, build);
      if (build !== null) keepSeeing(db, build);
      return;
    } catch (error) {
      if (!isDatabaseOutage(error) && !isUnmigrated(error)) throw error;
      if (tries === 0) logger.warn({ err: error }, 'the agents cannot be refreshed yet; waiting');
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

function isUnmigrated(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '42P01';
}

function isFresh(agent: AgentDefinition, known: Known[]): boolean {
  const stored = known.find(({ key }) => key === agent.key);
  return (
    stored?.title === agent.title &&
    stored.purpose === agent.purpose &&
    canonical(stored.definition) === canonical(versionFromCode(agent))
  );
}

const BUILT_IN_AGENTS = `
  SELECT a.id, a.key, a.title, a.purpose, (SELECT v.definition FROM agent_versions v
           WHERE v.agent_id = a.id AND v.origin = 'code' ORDER BY v.number DESC LIMIT 1) AS definition
    FROM agents a WHERE a.built_in`;

async function knownAgents(db: DataSource | EntityManager): Promise<Known[]> {
  return db.query(BUILT_IN_AGENTS);
}

const KEEP_BUILT_IN = `
  INSERT INTO agents (id, key, organisation_id, title, purpose, built_in) VALUES ($1, $2, NULL, $3, $4, true)
  ON CONFLICT (key, organisation_id) DO UPDATE SET title = excluded.title, purpose = excluded.purpose RETURNING id`;

const ARCHIVE_PUBLISHED = `
  UPDATE agent_versions SET status = 'archived', archived_at = now(), version = version + 1
   WHERE agent_id = $1 AND status = 'published' AND origin = 'code' RETURNING number`;

const PUBLISH_FROM_CODE = `
  INSERT INTO agent_versions (id, agent_id, number, status, origin, definition, published_at)
  SELECT $1, $2, (SELECT coalesce(max(number), 0) + 1 FROM agent_versions WHERE agent_id = $2), s.status, 'code',
         $3::jsonb, CASE WHEN s.status = 'published' THEN now() END
    FROM (SELECT CASE WHEN EXISTS (SELECT FROM agent_versions WHERE agent_id = $2 AND status = 'published')
                      THEN 'draft' ELSE 'published' END AS status) s
  RETURNING id, number, status`;

async function refresh(tx: EntityManager, agent: AgentDefinition, known: Known[]): Promise<void> {
  const { key, title, purpose } = agent;
  const [{ id }] = await tx.query(KEEP_BUILT_IN, [uuidv7(), key, title, purpose]);
  const definition = versionFromCode(agent);
  const before = known.find((one) => one.key === key)?.definition ?? null;
  if (before && canonical(before) === canonical(definition)) return;
  await tx.query(`SELECT 1 FROM agents WHERE id = $1 FOR UPDATE`, [id]);
  const [[archived]]: [{ number: number }[]] = await tx.query(ARCHIVE_PUBLISHED, [id]);
  const [made]: { id: string; number: number; status: VersionStatus }[] = await tx.query(PUBLISH_FROM_CODE, [
    uuidv7(),
    id,
    JSON.stringify(definition),
  ]);
  if (!made) throw new Error(`no version of ${key} was made`);
  await logChange(tx, {
    organisation_id: null,
    changed_by: null,
    subject: 'agent_version',
    subject_id: made.id,
    before: archived ? { agent: key, number: archived.number, status: 'published' } : null,
    after: { agent: key, number: made.number, status: made.status, origin: 'code' },
  });
}
