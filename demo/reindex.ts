import { setTimeout as wait } from 'node:timers/promises';
import type { ApiClient } from '../src/commands/console/api-client.js';
import type { ProgressLine } from '../src/commands/console/progress.js';
import { isEnded, type RunStatus } from '../workflows/contract/run-state.js';

const POLL_MS = 500;
/** A run that has not begun after so many looks says why. */
const PATIENCE = 10;

interface Run {
  id: string;
  status: RunStatus;
  wait_reason: { message: string } | null;
  progress: { done?: number; total?: number } | null;
  error: { message: string } | null;
}

/** Has the project embedded by one run of `reindex`, unless it is; fails with the reason why it could not be. */
export async function untilEmbedded(
  api: ApiClient,
  project_id: string,
  progress: ProgressLine,
): Promise<void> {
  const { stale } = await api.get<{ stale: number }>(`/api/projects/${project_id}/search?q=locker&limit=1`);
  if (stale === 0) return;
  let run = await reindexing(api, project_id);
  for (let looks = 0; !isEnded(run.status); looks += 1) {
    await wait(POLL_MS);
    run = await api.get<Run>(`/api/agent-runs/${run.id}`);
    progress.told('texts embedded', run.progress?.done ?? 0, run.progress?.total ?? stale);
    if (run.wait_reason && looks % PATIENCE === PATIENCE - 1)
      progress.note(`the run ${run.id} of reindex waits: ${run.wait_reason.message}`);
  }
  if (run.status !== 'completed')
    throw new Error(
      `the run ${run.id} of reindex is ${run.status}: ${run.error?.message ?? 'without an error'}`,
    );
}

/** The run that is under way, of a command that was interrupted perhaps, or a new one. */
async function reindexing(api: ApiClient, project_id: string): Promise<Run> {
  const feed = `/api/agent-runs?agent=reindex&scope=organisation&project_id=${project_id}`;
  const { active } = await api.get<{ active: Run[] }>(feed);
  if (active[0]) return active[0];
  const reindex = { agent: 'reindex', project_id, input: {} };
  const { agent_runs } = await api.post<{ agent_runs: [Run] }>('/api/agent-runs', reindex);
  return agent_runs[0];
}
