import type { DataSource, EntityManager } from 'typeorm';
import { AgentRun } from '../../platform/db/entities/run.entity.js';
import { prepared } from '../../platform/db/prepared.js';
import type { JsonSchema } from '../../platform/json-schema/compiled.js';
import type { JsonEvent } from './admission.js';
import { ADMIT } from './admission.sql.js';

/** Returns each admitted run with its first event, in the order of the requests. */
export function insertRuns(
  db: DataSource | EntityManager,
  requests: readonly object[],
): Promise<(AgentRun & { event: JsonEvent })[]> {
  return db.query(prepared(ADMIT), [JSON.stringify(requests)]);
}

export function findByIdempotencyKey(
  db: DataSource | EntityManager,
  { organisation_id, user_id }: { organisation_id: string; user_id: string | null },
  idempotency_key: string,
): Promise<AgentRun | null> {
  if (user_id === null) return Promise.resolve(null);
  return db.getRepository(AgentRun).findOneBy({ organisation_id, user_id, idempotency_key });
}

const LOCK_QUEUED_RUN = `
  SELECT * FROM agent_runs
   WHERE organisation_id = $1 AND agent = $2 AND project_id = $3 AND target_type = $4 AND target_id = $5
     AND input = $6::jsonb AND status = 'queued' AND cancel_requested_at IS NULL
   ORDER BY id DESC LIMIT 1 FOR NO KEY UPDATE`;

interface QueuedRun {
  organisation_id: string;
  agent: string;
  project_id: string;
  target: { type: string; id: string };
  input: unknown;
}

/** Locks and returns the newest run for the same target and input that has not begun. */
export async function lockQueuedRun(tx: EntityManager, wanted: QueuedRun): Promise<AgentRun | null> {
  const { organisation_id, agent, project_id, target, input } = wanted;
  const [run]: AgentRun[] = await tx.query(LOCK_QUEUED_RUN, [
    organisation_id,
    agent,
    project_id,
    target.type,
    target.id,
    JSON.stringify(input),
  ]);
  return run ?? null;
}

/** A version of an organisation's own agent, as far as its input goes. */
export interface CustomVersion {
  id: string;
  organisation_id: string;
  input_schema: JsonSchema | null;
}

const CUSTOM_VERSION = `
  SELECT v.id, g.organisation_id, v.definition->'input_schema' AS input_schema
    FROM agents g JOIN agent_versions v ON v.agent_id = g.id AND v.status = 'published'
   WHERE NOT g.built_in AND g.organisation_id = $1 AND g.key = $2`;

/** Returns the published version of an organisation's own agent. */
export async function customVersion(
  db: DataSource,
  organisation_id: string,
  agent: string,
): Promise<CustomVersion | null> {
  const [version]: CustomVersion[] = await db.query(CUSTOM_VERSION, [organisation_id, agent]);
  return version ?? null;
}
