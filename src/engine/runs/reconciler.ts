import type { DataSource } from 'typeorm';
import type { RunError } from '../../../workflows/contract/errors.js';
import { endingEvent } from '../../../workflows/contract/run-state.js';
import type { Logger } from '../../platform/config/logger.js';
import type { Engine, Execution } from '../../platform/temporal/engine.js';
import { AuditChain } from '../attestation/chain.js';
import type { Signer } from '../attestation/signer.js';
import { uncheckedRuns, unfinishedAmong } from './recovery.store.js';
import { END_AS_FOUND, QUEUE_AGAIN } from './run-change.sql.js';
import { changeRun, type RunChange } from './run-change.store.js';
import { StuckRuns } from './stuck.js';

const CHECK_BATCH = 50;
const LOOK_BACK_MS = 10 * 60_000;

/** Finds rows and workflows that disagree, and mends the row: it is what people see. */
export class Reconciler {
  private readonly stuck: StuckRuns;
  private readonly chain: AuditChain;

  constructor(
    private readonly db: DataSource,
    private readonly engine: Engine,
    private readonly signer: Signer,
    private readonly logger: Logger,
  ) {
    this.chain = new AuditChain(db, signer);
    this.stuck = new StuckRuns(db, engine, signer, logger);
  }

  async pass(): Promise<number> {
    let mended = 0;
    for (const run_id of new Set([
      ...(await this.endedFromOutside()),
      ...(await uncheckedRuns(this.db, CHECK_BATCH)),
    ])) {
      // A run that cannot be mended must not stop the others.
      const done = await this.check(run_id).catch((error: unknown) => {
        this.logger.error({ err: error, run_id }, 'a run could not be checked');
        return false;
      });
      if (done) mended += 1;
      if (!this.engine.up) break;
    }
    return mended;
  }

  /** Returns true if the row had to be mended. */
  async check(run_id: string): Promise<boolean> {
    const execution = await this.engine.describe(run_id);
    if (execution?.status === 'RUNNING') {
      return this.stuck.check(run_id, execution);
    }
    const mended = execution ? await this.end(run_id, execution) : await this.queueAgain(run_id);
    if (mended) this.logger.warn({ run_id, found: execution?.status ?? 'MISSING' }, 'a run was recovered');
    return mended;
  }

  /**
   * If the workflow is gone without the run's end, the row takes the workflow's end. No history will prove these
   * events, nor the last ones that the workflow did not get, so an entry of the audit chain does.
   */
  private async end(run_id: string, { status, temporal_run_id }: Execution): Promise<boolean> {
    const cancelled = status === 'CANCELLED';
    const ended = cancelled ? 'cancelled' : 'failed';
    const error: RunError = {
      code: cancelled ? 'run_cancelled' : 'workflow_terminated',
      message: `The run's workflow was found closed as ${status}.`,
      retryable: false,
      step: null,
      attempt: 1,
    };
    const data = { found: 'workflow_closed', closed_as: status, temporal_run_id };
    const change: RunChange = {
      run_id,
      written_by: `reconciler/${temporal_run_id}`,
      worker: null,
      events: [
        { type: 'background_run_recovered', status: null, data },
        { type: endingEvent(ended), status: ended, data: { ...data, error } },
      ],
      ...END_AS_FOUND(ended),
      params: [JSON.stringify(error), temporal_run_id],
      // The workflow may have ended before it heard of its last events.
      known: 0,
    };
    return this.db.transaction(async (tx) => {
      const changed = await changeRun(tx, this.signer, change);
      if (typeof changed?.answer !== 'string') return false;
      const facts = { receipts: changed.receipts, shown: changed.answer };
      await this.chain.append(tx, [{ kind: 'attested', run_id, facts }]);
      return true;
    });
  }

  /** Temporal has lost the run: it goes back to where admission left it, and the sweep starts it. */
  private async queueAgain(run_id: string): Promise<boolean> {
    const changed = await changeRun(this.db, this.signer, {
      run_id,
      written_by: `reconciler/missing/${Date.now()}`,
      worker: null,
      events: [
        { type: 'background_run_recovered', status: null, data: { found: 'workflow_missing' } },
        { type: 'background_run_queued', status: 'queued', data: { again: true } },
      ],
      ...QUEUE_AGAIN,
    });
    return changed !== null;
  }

  private async endedFromOutside(): Promise<string[]> {
    const ids = await this.engine.endedFromOutside(new Date(Date.now() - LOOK_BACK_MS));
    return unfinishedAmong(this.db, ids);
  }
}
