import { type Checked, checkedBy } from '../../../activities/model/own-schema.js';
import type { CheckOutput } from '../../../activities/runs/lifecycle.js';
import { misfits } from '../../../workflows/contract/misfits.js';
import { storable } from '../../../workflows/contract/storable.js';
import { isStorableJson } from '../../platform/http/text.js';
import { schemaThread } from '../../platform/json-schema/schema-thread.js';
import { builtIn } from '../agents/from-code.js';
import { UnknownAgentError } from './run.store.js';
import type { PostgresVersionReader } from './run-version.store.js';

/** Schemas are checked out here: a workflow's sandbox would evaluate zod anew for every run. */
export function createCheckOutput(versions: PostgresVersionReader): CheckOutput {
  return async ({ run_id, agent, custom }, result) => {
    const checked = custom ? await checkOfVersion(versions, run_id, result) : checkOfCode(agent, result);
    if (!checked) return { ok: false, code: 'agent_unknown', message: `the agent ${agent} is gone` };
    if (checked.verdict === 'refused') return defect(checked.why);
    if (checked.verdict === 'misfits') return defect(`does not fit: ${misfits(checked)}`);
    return isStorableJson(checked.value)
      ? { ok: true, result: checked.value }
      : defect('holds a NUL character or half of a surrogate pair, or nests too deep');
  };
}

/** Returns null if the version is gone with its agent. */
async function checkOfVersion(versions: PostgresVersionReader, run_id: string, result: unknown) {
  const version = await versions.ofRun(run_id);
  if (!version) return null;
  const { id, organisation_id, output_schema: schema } = version;
  return schemaThread.check({ organisation_id, id: `${id} output`, schema }, result);
}

function checkOfCode(agent: string, result: unknown): Checked {
  const schema = builtIn(agent)?.output;
  if (!schema) throw new UnknownAgentError(`The agent ${agent} is not known here`);
  return checkedBy(schema, result);
}

function defect(why: string): Awaited<ReturnType<CheckOutput>> {
  return { ok: false, code: 'agent_defect', message: storable(`the result ${why}`) };
}
