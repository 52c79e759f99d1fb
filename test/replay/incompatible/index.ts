import { sleep } from '@temporalio/workflow';
import { agentRun as today } from '../../../workflows/agent-run.js';
import type { RunStart } from '../../../workflows/contract/run.js';
import type { TickStart } from '../../../workflows/contract/schedule.js';
import { tick as tickToday } from '../../../workflows/tick.js';

/** The same workflows with one more step at their start, so that recorded histories no longer fit. */
export async function agentRun(start: RunStart): Promise<unknown> {
  await sleep(10);
  return today(start);
}

export async function tick(start: TickStart): Promise<unknown> {
  await sleep(10);
  return tickToday(start);
}
