import type { Logger } from '../../platform/config/logger.js';
import type { Engine } from '../../platform/temporal/engine.js';
import { STUCK_AFTER } from '../runs/stuck.js';

/** A tick that is answered sooner has no need of anybody. */
const LOOK_AT_AFTER_MS = 10_000;

/**
 * Finds workflows of ticks whose task fails again and again. The log reports them, and one whose flow has changed is
 * started again.
 */
export class StuckTicks {
  constructor(
    private readonly engine: Engine,
    private readonly logger: Logger,
  ) {}

  async pass(): Promise<void> {
    const under_way = await this.engine.schedules.ticksUnderWay(new Date(Date.now() - LOOK_AT_AFTER_MS));
    for (const { workflow_id, cadence_id } of under_way) {
      // A workflow that cannot be mended must not stop the others.
      await this.check(workflow_id, cadence_id).catch((error: unknown) =>
        this.logger.error({ err: error, cadence_id }, 'a tick could not be checked'),
      );
      if (!this.engine.up) break;
    }
  }

  /** A tick answers all that is due and answers nothing twice, so beginning anew is always safe. */
  private async check(workflow_id: string, cadence_id: string): Promise<void> {
    const execution = await this.engine.describe(workflow_id);
    if (execution?.status !== 'RUNNING' || execution.task_attempt < STUCK_AFTER) return;
    const { temporal_run_id, task_attempt } = execution;
    const failed = await this.engine.failedTask(workflow_id, temporal_run_id);
    const facts = { cadence_id, workflow_id, task_attempt, words: failed?.message };
    if (!failed?.nondeterministic) {
      this.logger.error(facts, 'the workflow task of a tick fails again and again');
      return;
    }
    await this.engine.schedules.tickAgain(cadence_id, workflow_id, temporal_run_id);
    this.logger.warn(facts, 'the flow of a tick has changed; the tick begins again');
  }
}
