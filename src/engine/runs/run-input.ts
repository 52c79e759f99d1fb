import { AppError, invalid } from '../../platform/http/app-error.js';
import { fieldErrors, validationFailed } from '../../platform/http/validation.js';
import { schemaThread } from '../../platform/json-schema/schema-thread.js';
import { builtIn } from '../agents/from-code.js';
import type { CustomVersion } from './admission.store.js';

/** A tick admits hundreds of members at once, each with what its version makes of no input. */
const MOST_NO_INPUT_LENGTH = 64 * 1024;

export type ReadInput = { ok: true; value: unknown } | { ok: false; error: AppError };

/** Held against the schema of a built-in agent, in the process itself; what is stored has its defaults filled in. */
export function readBuiltInInput({ agent, input, project_id }: InputRequest['request']): ReadInput {
  const given = input ?? {};
  const code = builtIn(agent);
  if (code?.needs_project && !project_id)
    return { ok: false, error: invalid('project_id', `${agent} needs a project; name one`) };
  const result = code?.input.safeParse(given);
  if (!result) return { ok: true, value: given };
  return result.success ? { ok: true, value: result.data } : misfit(result.error.issues);
}

/** Held against the schema that a person wrote, which may take long. */
export async function readCustomInput(
  { id, organisation_id, input_schema: schema }: CustomVersion,
  given: unknown,
  signal?: AbortSignal,
): Promise<ReadInput> {
  if (!schema) return { ok: true, value: given };
  try {
    const checked = await schemaThread.check({ organisation_id, id: `${id} input`, schema }, given, signal);
    if (checked.verdict === 'fits') return { ok: true, value: checked.value };
    return checked.verdict === 'misfits'
      ? misfit(checked.issues)
      : { ok: false, error: invalid('input', checked.why) };
  } catch (error) {
    // Of many requests, only those of an organisation with too many checks are refused.
    if (error instanceof AppError) return { ok: false, error };
    throw error;
  }
}

/** Checks no input at all: the result holds the defaults of the schema. */
export async function readNoInput(version: CustomVersion, signal?: AbortSignal): Promise<ReadInput> {
  const read = await readCustomInput(version, {}, signal);
  if (!read.ok || JSON.stringify(read.value).length <= MOST_NO_INPUT_LENGTH) return read;
  return {
    ok: false,
    error: invalid(
      'input',
      'is longer than 64 KB by the defaults of its schema alone: send an input, or shorten the defaults',
    ),
  };
}

function misfit(issues: Parameters<typeof fieldErrors>[0]): ReadInput {
  return { ok: false, error: validationFailed(fieldErrors(issues, { within: ['input'] })) };
}

export interface InputRequest {
  owner: { organisation_id: string };
  request: { agent: string; input?: unknown; project_id?: string | undefined };
}
