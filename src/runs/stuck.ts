import type { DataSource } from 'typeorm';
import type { Logger } from '../config/logger.js';
import type { Engine, Execution } from '../temporal/engine.js';
import { SEEN_WITHIN_SECONDS } from './worker-presence.js';

/** The first tries may meet a worker that is being replaced. */
const STUCK_AFTER = 3;

/** Runs whose workflow task fails again and again: their rows say so, and a flow that has changed begins again. */
export class StuckRuns {
  constructor(
    private readonly db: DataSource,
    private readonly engine: Engine,
    private readonly logger: Logger,
  ) {}

  /** True where the run was made to begin again. */
  async check(run_id: string, { temporal_run_id, task_attempt }: Execution): Promise<boolean> {
    if (task_attempt < STUCK_AFTER) {
      await this.say(run_id, null);
      return false;
    }
    const failed = await this.engine.failedTask(run_id, temporal_run_id);
    const words = failed?.message ?? 'Temporal does not say why';
    if (failed?.nondeterministic && (await this.claimRestart(run_id))) {
      await this.engine.restart(run_id, temporal_run_id);
      this.logger.warn({ run_id, words }, 'the flow of a run has changed; the run begins again');
      return true;
    }
    this.logger.error({ run_id, task_attempt, words }, 'the workflow task of a run fails again and again');
    await this.say(run_id, `Its workflow task has failed ${task_attempt} times: ${words}`.slice(0, 1000));
    return false;
  }

  private async say(run_id: string, message: string | null): Promise<void> {
    await this.db.query(
      `UPDATE agent_runs
          SET checked_at = now(),
              wait_reason = CASE WHEN wait_reason IS NULL OR wait_reason->>'code' = 'workflow_stuck'
                                 THEN $2::jsonb ELSE wait_reason END
        WHERE id = $1 AND finished_at IS NULL`,
      [run_id, message === null ? null : JSON.stringify({ code: 'workflow_stuck', message })],
    );
  }

  /**
   * While workers of several builds poll, one of them may know the flow. Once all are of one build none does. Each build
   * makes a run begin again at most once, so that a flow that is never deterministic is not repeated for ever.
   */
  private async claimRestart(run_id: string): Promise<boolean> {
    const [claimed]: [unknown[]] = await this.db.query(
      `UPDATE agent_runs r SET restarted_for = polling.build, checked_at = now(), wait_reason = NULL
         FROM (SELECT min(build) AS build FROM workers WHERE seen_at > now() - $2 * interval '1 second'
               HAVING count(DISTINCT build) = 1 AND count(*) = count(build)) polling
        WHERE r.id = $1 AND r.finished_at IS NULL AND r.restarted_for IS DISTINCT FROM polling.build
      RETURNING 1`,
      [run_id, SEEN_WITHIN_SECONDS],
    );
    return claimed.length > 0;
  }
}
