import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import type { Asked, Place } from './world.js';

/** Starts a run of an agent that has no endpoint of its own. */
export async function startRun({ api, project_id }: Place, agent: string, input: Json): Promise<Asked> {
  return { run: await api.start({ agent, project_id, input }), ids: {} };
}

/** The run of an answer that started one and skipped none. */
export function started({ agent_runs, skipped_agents = [] }: Json): Json {
  if (agent_runs.length !== 1 || skipped_agents.length > 0)
    throw new Error(`one run was to be started: ${JSON.stringify({ agent_runs, skipped_agents })}`);
  return agent_runs[0];
}

/** The proposals of a run, at this address. */
export async function proposalsOf({ api }: Place, { id }: Json, path: string): Promise<Json[]> {
  const { proposals } = ok(await api.get(`${path}?status=any&limit=200&run_id=${id}`));
  return proposals;
}
