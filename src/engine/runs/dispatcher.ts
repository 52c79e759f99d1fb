import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { waitFor } from '../../../workflows/contract/wait-reasons.js';
import { Engine, type Startable } from '../../platform/temporal/engine.js';
import { Signer } from '../attestation/signer.js';
import { ByTurns } from './by-turns.js';
import { SweepStore } from './sweep.store.js';

const NOTHING = { runs: [], ended: [], full: false };
const IN_FLIGHT = 32;
/** A begun run marks itself as dispatched; only those that wait longer than this are marked from here. */
const MARK_AFTER_MS = 500;

/**
 * Starts the workflows of admitted runs, each organisation in turn. The sweep repeats a start that fails, because its
 * row waits.
 */
@Injectable()
export class Dispatcher {
  private readonly logger = new Logger('dispatch');
  private readonly rows: SweepStore;
  private readonly waiting = new ByTurns<{ run: Startable; ended: () => void }>();
  private readonly pending = new Map<string, Promise<void>>();
  private readonly started: string[] = [];
  private inFlight = 0;
  private marking: NodeJS.Timeout | undefined;

  constructor(
    @InjectDataSource() db: DataSource,
    private readonly engine: Engine,
    signer: Signer,
  ) {
    this.rows = new SweepStore(db, signer);
  }

  /** Call it after the commit; it returns at once. */
  dispatch(run: Startable | null): void {
    if (run) void this.enqueue(run);
  }

  /** Ends when each of these runs was started, refused, or left to the sweep; other starts are not waited for. */
  async handOver(runs: readonly Startable[]): Promise<void> {
    await Promise.all(runs.map((run) => this.enqueue(run)));
  }

  /** Starts what a crash or an outage left behind, and sends the cancellations that Temporal has not heard. */
  async sweep(goOn: () => boolean = () => true): Promise<number> {
    if (!this.engine.up && !(await this.engine.reachable())) return 0;
    const more = () => goOn() && this.engine.up;
    return (await this.sweepStarts(more)) + (await this.sweepCancellations(more));
  }

  /** A cancellation that Temporal does not hear stays on the row, for the sweep. */
  async sendCancel(run_id: string): Promise<void> {
    try {
      if (await this.engine.cancel(run_id)) {
        await this.rows.cancelSent(run_id);
      } else {
        await this.rows.backOff(run_id);
      }
    } catch (error) {
      this.logger.warn({ err: error, run_id }, 'the cancellation was not sent yet');
    }
  }

  /** Waits until every start under way has ended and is marked. */
  async settled(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending.values());
    await this.mark();
  }

  /** The next batch is claimed while the one before is being started. */
  private async sweepStarts(more: () => boolean): Promise<number> {
    let handed_over = 0;
    for (let claim = await this.rows.claimStarts(); claim.runs.length + claim.ended.length > 0; ) {
      handed_over += claim.runs.length;
      for (const id of claim.ended) await this.keepEnded(id);
      const started = this.handOver(claim.runs);
      const next = claim.full && more() ? await this.rows.claimStarts() : NOTHING;
      await started;
      await this.mark();
      if (!this.engine.up) await this.rows.release([...claim.runs, ...next.runs]);
      if (!more()) break;
      claim = next;
    }
    return handed_over;
  }

  private async sweepCancellations(more: () => boolean): Promise<number> {
    let handed_over = 0;
    while (more()) {
      const { ids, full } = await this.rows.claimCancellations();
      handed_over += ids.length;
      for (let first = 0; first < ids.length; first += IN_FLIGHT) {
        await Promise.all(ids.slice(first, first + IN_FLIGHT).map((id) => this.sendCancel(id)));
      }
      if (!full) break;
    }
    return handed_over;
  }

  private enqueue(run: Startable): Promise<void> {
    const known = this.pending.get(run.run_id);
    if (known !== undefined) return known;
    const done = new Promise<void>((ended) => {
      this.waiting.add(run.organisation_id, { run, ended });
    }).then(() => {
      this.pending.delete(run.run_id);
    });
    this.pending.set(run.run_id, done);
    this.fill();
    return done;
  }

  private fill(): void {
    while (this.inFlight < IN_FLIGHT) {
      const next = this.waiting.next();
      if (!next) return;
      this.inFlight += 1;
      void this.start(next.run).finally(() => {
        this.inFlight -= 1;
        next.ended();
        this.fill();
      });
    }
  }

  private async start(run: Startable): Promise<void> {
    try {
      await this.engine.start(run);
      this.started.push(run.run_id);
      this.marking ??= setTimeout(() => void this.mark(), MARK_AFTER_MS).unref();
    } catch (error) {
      if (this.engine.up) await this.refused(run.run_id, error);
      else for (const { ended } of this.waiting.clear()) ended();
    }
  }

  /** Temporal answered, but not with a start: the run says so, and the sweep tries again after a growing pause. */
  private async refused(run_id: string, error: unknown): Promise<void> {
    this.logger.error({ err: error, run_id }, 'the run was not started yet');
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const message = `Temporal refuses to start it: ${String(cause)}`;
    await this.rows.refused(run_id, waitFor('engine_refused', message)).catch(() => undefined);
  }

  /** Somebody changed the row of an ended run: a second workflow would write its past anew. */
  private async keepEnded(run_id: string): Promise<void> {
    this.logger.error({ run_id }, 'a queued run is not started: the audit chain says that it has ended');
    const message = 'It is not started: the audit chain says that it has ended. Its row was changed.';
    await this.rows.refused(run_id, waitFor('ended_before', message));
  }

  private async mark(): Promise<void> {
    clearTimeout(this.marking);
    this.marking = undefined;
    const ids = this.started.splice(0);
    if (ids.length === 0) return;
    await this.rows
      .started(ids)
      .catch((error: unknown) =>
        this.logger.warn({ err: error }, 'started runs were not marked; the sweep marks them'),
      );
  }
}
