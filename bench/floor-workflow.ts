import { proxyActivities } from '@temporalio/workflow';

const { nothing } = proxyActivities<{ nothing(): Promise<void> }>({ startToCloseTimeout: '30s' });

/** The least that durable work costs: one workflow with one activity. */
export async function floor(): Promise<void> {
  await nothing();
}
