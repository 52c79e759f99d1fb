import { ApplicationFailure } from '@temporalio/activity';
import type { SelfCheckActivities } from '../../workflows/contract/run.js';

export interface EffectStore {
  /** Makes the effect unless it was made before; answers how many the run has made. */
  makeOnce(run_id: string, key: string, data: unknown): Promise<number>;
}

export function createSelfCheck({ effects }: { effects: EffectStore }): SelfCheckActivities {
  return {
    async selfCheckStep({ run_id, step, attempt, fail }) {
      if (fail) {
        throw ApplicationFailure.nonRetryable(
          `step ${step} fails in attempt ${attempt}, as asked`,
          'step_failed',
        );
      }
      return { effects: await effects.makeOnce(run_id, `step-${step}`, { step, attempt }) };
    },
  };
}
