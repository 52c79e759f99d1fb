import { proxyActivities } from '@temporalio/workflow';

const { nothing, waiting } = proxyActivities<{
  nothing(): Promise<void>;
  waiting(ms: number): Promise<void>;
}>({
  startToCloseTimeout: '30s',
});

/** The least that durable work costs: one workflow with one activity. */
export async function floor(): Promise<void> {
  await nothing();
}

/** Does the same as `floor`, with an activity that takes as long as a model's answer. */
export async function waitingFloor(ms: number): Promise<void> {
  await waiting(ms);
}
