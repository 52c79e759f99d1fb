import type { DataSource, EntityManager } from 'typeorm';
import { isTooMuchWork, TOO_MUCH_WORK } from '../../workflows/contract/schema-work.js';
import { builtIn } from '../agents/from-code.js';
import { checkerOf, type JsonSchema } from '../agents/json-schema.js';
import { type AppError, invalid } from '../http/app-error.js';
import { fieldErrors, validationFailed } from '../http/validation.js';

/** The published version of a custom agent, as far as its input goes. */
export interface CustomVersion {
  id: string;
  organisation_id: string;
  agent: string;
  input_schema: JsonSchema | null;
}

export type ReadInput = { ok: true; value: unknown } | { ok: false; error: AppError };

/** Held against the agent’s own schema; what is stored has its defaults filled in. */
export function readInput(
  { agent, input: given, project_id }: Asked['request'],
  version: CustomVersion | null,
): ReadInput {
  const code = builtIn(agent);
  if (code?.needs_project && !project_id)
    return { ok: false, error: invalid('project_id', `${agent} works on a project; say on which`) };
  if (version?.input_schema && isTooMuchWork(version.input_schema, given ?? {}))
    return { ok: false, error: invalid('input', TOO_MUCH_WORK) };
  const schema = code?.input ?? checkerOfInput(version);
  if (schema === undefined) return { ok: true, value: given ?? {} };
  const result = schema.safeParse(given ?? {});
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, error: validationFailed(fieldErrors(result.error.issues, ['input'])) };
}

function checkerOfInput(version: CustomVersion | null) {
  return version?.input_schema ? checkerOf(`${version.id} input`, version.input_schema) : undefined;
}

interface Asked {
  owner: { organisation_id: string };
  request: { agent: string; input?: unknown; project_id?: string | undefined };
}

/** The published versions of the custom agents among those asked for; no statement where there are none. */
export async function customVersions(
  db: DataSource | EntityManager,
  asks: readonly Asked[],
): Promise<CustomVersion[]> {
  const custom = asks.filter(({ request }) => !builtIn(request.agent));
  if (custom.length === 0) return [];
  return db.query(
    `SELECT v.id, g.organisation_id, g.key AS agent, v.definition->'input_schema' AS input_schema
       FROM agents g JOIN agent_versions v ON v.agent_id = g.id AND v.status = 'published'
      WHERE NOT g.built_in AND g.organisation_id = ANY($1) AND g.key = ANY($2)`,
    [
      [...new Set(custom.map(({ owner }) => owner.organisation_id))],
      [...new Set(custom.map(({ request }) => request.agent))],
    ],
  );
}
