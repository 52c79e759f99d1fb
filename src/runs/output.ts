import { z } from 'zod';
import { agents } from '../../workflows/agents/index.js';

/** Schemas are declared with the agent and checked out here: a workflow’s sandbox would evaluate zod anew for every run. */
export function checkOutput(
  agent: string,
  result: unknown,
): { ok: true; result: unknown } | { ok: false; message: string } {
  const definition = agents.find(({ key }) => key === agent);
  const checked = definition?.output.safeParse(result);
  if (!checked) return { ok: false, message: `this worker does not know the agent ${agent}` };
  return checked.success
    ? { ok: true, result: checked.data }
    : { ok: false, message: `the result does not fit: ${z.prettifyError(checked.error)}` };
}
