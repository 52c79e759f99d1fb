import { sleep } from '@temporalio/workflow';
import { agentRun as today } from '../../../workflows/agent-run.js';
import type { RunStart } from '../../../workflows/contract/run.js';

/** The same workflow with one more step at its start: what recorded runs did no longer fits it. */
export async function agentRun(start: RunStart): Promise<unknown> {
  await sleep(10);
  return today(start);
}
