import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { MOST_MODEL_SECONDS, type ModelActivities } from './contract/model.js';
import type { LifecycleActivities } from './contract/run.js';
import type { TickActivities } from './contract/schedule.js';
import type { AskActivities, WorkActivities } from './contract/work.js';

/** Short and keyed: retried until PostgreSQL answers, in the workflow task itself. A run ends after its last write. */
const SHORT = {
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  startToCloseTimeout: '30s',
  retry: {
    initialInterval: '200ms',
    backoffCoefficient: 2,
    maximumInterval: '5s',
    nonRetryableErrorTypes: ['RunGone', 'AgentUnknown'],
  },
};

/**
 * A model call is long and costly, so the provider's own Retry-After replaces the delay. The call's own timeout ends
 * first, and a cancelled call ends before its run does.
 */
const MODEL_CALL = {
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  startToCloseTimeout: `${MOST_MODEL_SECONDS + 60}s`,
  heartbeatTimeout: '15s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '60s', maximumAttempts: 5 },
} as const;

/** A tick is not given up: whoever tries again goes on where the last one got to. */
const TICK = {
  startToCloseTimeout: '30m',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '10s' },
} as const;

/** Each tool is an activity of its name. */
type ToolActivities = Record<string, (args: { run_id: string }) => Promise<unknown>>;

export const lifecycle = proxyLocalActivities<LifecycleActivities>(SHORT);
export const work = proxyLocalActivities<WorkActivities>(SHORT);
export const model = proxyActivities<ModelActivities>(MODEL_CALL);
export const asking = proxyActivities<AskActivities>(MODEL_CALL);
export const shortTools = proxyLocalActivities<ToolActivities>(SHORT);
export const longTools = proxyActivities<ToolActivities>(MODEL_CALL);
export const ticks = proxyActivities<TickActivities>(TICK);
