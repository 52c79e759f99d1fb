import type { DataSource, EntityManager } from 'typeorm';
import { builtIn } from '../agents/from-code.js';
import { AppError, invalid } from '../http/app-error.js';
import { fieldErrors, validationFailed } from '../http/validation.js';
import type { JsonSchema } from '../json-schema/compiled.js';
import { schemaThread } from '../json-schema/schema-thread.js';

/** The published version of a custom agent, as far as its input goes. */
export interface CustomVersion {
  id: string;
  organisation_id: string;
  agent: string;
  input_schema: JsonSchema | null;
}

export type ReadInput = { ok: true; value: unknown } | { ok: false; error: AppError };

/** Held against the agent’s own schema; what is stored has its defaults filled in. */
export async function readInput(
  { agent, input, project_id }: Asked['request'],
  version: CustomVersion | null,
): Promise<ReadInput> {
  const given = input ?? {};
  if (version) return readCustomInput(version, given);
  const code = builtIn(agent);
  if (code?.needs_project && !project_id)
    return { ok: false, error: invalid('project_id', `${agent} works on a project; say on which`) };
  const result = code?.input.safeParse(given);
  if (!result) return { ok: true, value: given };
  return result.success ? { ok: true, value: result.data } : misfit(result.error.issues);
}

async function readCustomInput(version: CustomVersion, given: unknown): Promise<ReadInput> {
  const { id, organisation_id, input_schema: schema } = version;
  if (!schema) return { ok: true, value: given };
  try {
    const checked = await schemaThread.check({ organisation_id, id: `${id} input`, schema }, given);
    if (checked.verdict === 'fits') return { ok: true, value: checked.value };
    return checked.verdict === 'misfits'
      ? misfit(checked.issues)
      : { ok: false, error: invalid('input', checked.why) };
  } catch (error) {
    // Of many requests only those of an organisation whose checks are too many are refused.
    if (error instanceof AppError) return { ok: false, error };
    throw error;
  }
}

function misfit(issues: Parameters<typeof fieldErrors>[0]): ReadInput {
  return { ok: false, error: validationFailed(fieldErrors(issues, ['input'])) };
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
