import type { CheckOutput } from '../../activities/runs/lifecycle.js';
import { misfits } from '../../workflows/contract/misfits.js';
import { isTooMuchWork, TOO_MUCH_WORK } from '../../workflows/contract/schema-work.js';
import { storable } from '../../workflows/contract/storable.js';
import { builtIn } from '../agents/from-code.js';
import { checkerOf } from '../agents/json-schema.js';
import { isStorableJson } from '../http/text.js';
import { AgentUnknown } from './run.store.js';
import type { PostgresVersionReader } from './version.reader.js';

/** Schemas are checked out here: a workflow’s sandbox would evaluate zod anew for every run. */
export function createCheckOutput(versions: PostgresVersionReader): CheckOutput {
  return async ({ run_id, agent, custom }, result) => {
    const version = custom ? await versions.ofRun(run_id) : null;
    if (version && isTooMuchWork(version.output_schema, result)) return defect(TOO_MUCH_WORK);
    const schema = version
      ? checkerOf(`${version.id} output`, version.output_schema)
      : custom
        ? null
        : builtIn(agent)?.output;
    if (!schema && custom) return { ok: false, code: 'agent_unknown', message: `the agent ${agent} is gone` };
    if (!schema) throw new AgentUnknown(`The agent ${agent} is not known here`);
    const checked = schema.safeParse(result);
    if (!checked.success) return defect(`does not fit: ${misfits(checked.error)}`);
    return isStorableJson(checked.data)
      ? { ok: true, result: checked.data }
      : defect('holds a NUL character or half of a surrogate pair, or nests too deep');
  };
}

function defect(why: string): Awaited<ReturnType<CheckOutput>> {
  return { ok: false, code: 'agent_defect', message: storable(`the result ${why}`) };
}
