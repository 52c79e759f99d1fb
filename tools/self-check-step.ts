import { ApplicationFailure } from '@temporalio/activity';
import { z } from 'zod';
import { PostgresEffectStore } from '../src/engine/runs/effect.store.js';
import { defineTool } from './tool.js';

export default defineTool({
  name: 'selfCheckStep',
  purpose: 'Makes one effect of the run, once for each step, or fails where it is told to.',
  effect: 'try',
  input: z.strictObject({ step: z.int().min(1), attempt: z.int().min(1), fail: z.boolean() }),
  output: z.strictObject({ effects: z.int().min(0).describe('All that the run has made') }),
  example: { step: 1, attempt: 1, fail: false },
  async use({ db }, run_id, { step, attempt, fail }) {
    if (fail)
      throw ApplicationFailure.nonRetryable(
        `step ${step} fails in attempt ${attempt}, as asked`,
        'step_failed',
      );
    return { effects: await new PostgresEffectStore(db).makeOnce(run_id, `step-${step}`, { step, attempt }) };
  },
});
