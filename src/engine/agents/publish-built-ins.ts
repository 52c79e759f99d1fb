import type { DataSource, EntityManager } from 'typeorm';
import { agents } from '../../../agents/index.js';
import type { AgentDefinition } from '../../../workflows/contract/agent.js';
import { logChange } from '../../platform/audit-log/change-log.store.js';
import { canonical } from '../../platform/canonical.js';
import type { Logger } from '../../platform/config/logger.js';
import { untilAvailable } from '../../platform/config/until-available.js';
import { isDatabaseOutage } from '../../platform/http/problem.filter.js';
import { lock } from '../../platform/locks/advisory-lock.store.js';
import { newerBuild, seeBuild } from './build.store.js';
import { buildId, keepSeeing } from './builds.js';
import { insertVersionFromCode, keepBuiltIn, type StoredBuiltIn, storedBuiltIns } from './built-in.store.js';
import { lockAgentRow } from './catalogue.store.js';
import { versionFromCode } from './from-code.js';

/**
 * Publishes the definitions of this build for the built-in agents; several replicas may do it at once. Without a change
 * it is one read. A version that a person published stays, and the new one waits beside it as a draft. An older build
 * that starts again changes nothing while a process of a newer build runs.
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
  const changed = (known: StoredBuiltIn[]) => definitions.filter((agent) => !isFresh(agent, known));
  if (changed(await storedBuiltIns(db)).length === 0) return [];
  return db.transaction(async (tx) => {
    await lock(tx, 'agents');
    const known = await storedBuiltIns(tx);
    const stale = changed(known);
    for (const agent of stale) await refresh(tx, agent, known);
    return stale.map(({ key }) => key);
  });
}

/** Waits at the start of a process, because PostgreSQL or the migrations may come later. */
export async function untilPublished(db: DataSource, logger: Pick<Logger, 'warn'>): Promise<void> {
  const build = buildId();
  await untilAvailable(() => publishBuiltIns(db, agents, build), {
    logger,
    words: 'the agents cannot be refreshed yet; waiting',
    mayPass: (error) => isDatabaseOutage(error) || isUnmigrated(error),
  });
  if (build !== null) keepSeeing(db, build);
}

function isUnmigrated(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '42P01';
}

function isFresh(agent: AgentDefinition, known: StoredBuiltIn[]): boolean {
  const stored = known.find(({ key }) => key === agent.key);
  return (
    stored?.title === agent.title &&
    stored.purpose === agent.purpose &&
    canonical(stored.definition) === canonical(versionFromCode(agent))
  );
}

async function refresh(tx: EntityManager, agent: AgentDefinition, known: StoredBuiltIn[]): Promise<void> {
  const { key } = agent;
  const id = await keepBuiltIn(tx, agent);
  const definition = versionFromCode(agent);
  const before = known.find((one) => one.key === key)?.definition ?? null;
  if (before && canonical(before) === canonical(definition)) return;
  await lockAgentRow(tx, id, 'pessimistic_write');
  const { made, archived } = await insertVersionFromCode(tx, id, definition);
  await logChange(tx, {
    organisation_id: null,
    changed_by: null,
    subject: 'agent_version',
    subject_id: made.id,
    before: archived ? { agent: key, number: archived.number, status: 'published' } : null,
    after: { agent: key, number: made.number, status: made.status, origin: 'code' },
  });
}
