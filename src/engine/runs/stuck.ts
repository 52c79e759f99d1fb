import type { DataSource } from 'typeorm';
import type { Logger } from '../../platform/config/logger.js';
import type { Engine, Execution } from '../../platform/temporal/engine.js';
import { AuditChain } from '../attestation/chain.js';
import type { Signer } from '../attestation/signer.js';
import { onlyBuild, setChecked } from './recovery.store.js';
import { BEGIN_AGAIN } from './run-change.sql.js';
import { changeRun } from './run-change.store.js';

/** The first tries may meet a worker that is being replaced. */
export const STUCK_AFTER = 3;

/** Runs whose workflow task fails again and again: their rows say so, and a flow that has changed begins again. */
export class StuckRuns {
  private readonly chain: AuditChain;

  constructor(
    private readonly db: DataSource,
    private readonly engine: Engine,
    private readonly signer: Signer,
    private readonly logger: Logger,
  ) {
    this.chain = new AuditChain(db, signer);
  }

  /** Returns true if the run was reset. */
  async check(run_id: string, { temporal_run_id, task_attempt }: Execution): Promise<boolean> {
    if (task_attempt < STUCK_AFTER) {
      await setChecked(this.db, run_id, null);
      return false;
    }
    const failed = await this.engine.failedTask(run_id, temporal_run_id);
    const words = failed?.message ?? 'Temporal does not say why';
    if (failed?.nondeterministic && (await this.restart(run_id, temporal_run_id, words))) {
      this.logger.warn({ run_id, words }, 'the flow of a run has changed; the run begins again');
      return true;
    }
    this.logger.error({ run_id, task_attempt, words }, 'the workflow task of a run fails again and again');
    await setChecked(
      this.db,
      run_id,
      `Its workflow task has failed ${task_attempt} times: ${words}`.slice(0, 1000),
    );
    return false;
  }

  /**
   * While workers of several builds poll, one of them may know the flow; once all have one build, none does. Each build
   * resets a run at most once, so that a flow that is never deterministic is not repeated for ever. No history will
   * prove the event of the reset, so an entry of the audit chain does. Temporal is called within the transaction:
   * without its answer nothing is written, and a second call resets nothing twice.
   */
  private async restart(run_id: string, temporal_run_id: string, words: string): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const build = await onlyBuild(tx);
      if (build === null) return false;
      const data = { found: 'flow_changed', temporal_run_id, build, message: words.slice(0, 1000) };
      const changed = await changeRun(tx, this.signer, {
        run_id,
        written_by: `reconciler/flow-changed/${temporal_run_id}`,
        worker: null,
        events: [{ type: 'background_run_recovered', status: null, data }],
        ...BEGIN_AGAIN,
        params: [build],
      });
      if (!changed) return false;
      await this.chain.append(tx, [
        { kind: 'attested', run_id, facts: { receipts: changed.receipts, shown: null } },
      ]);
      await this.engine.restart(run_id, temporal_run_id);
      return true;
    });
  }
}
