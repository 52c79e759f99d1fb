import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { AgentRun } from '../db/entities/run.entity.js';
import { Engine, type Startable } from '../temporal/engine.js';
import { type JsonEvent, startable } from './admission.js';

const IN_FLIGHT = 32;
/** A begun run marks itself as dispatched; only those that wait longer than this are marked from here. */
const MARK_AFTER_MS = 500;
const SWEEP_BATCH = 200;

/** Starts the workflows of admitted runs. A start that fails is left to the sweep: its row waits. */
@Injectable()
export class Dispatcher {
  private readonly logger = new Logger('dispatch');
  private readonly waiting: Startable[] = [];
  private readonly started: string[] = [];
  private readonly starting = new Set<Promise<void>>();
  private marking: NodeJS.Timeout | undefined;

  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly engine: Engine,
  ) {}

  /** After commit; answers at once. */
  dispatch(run: Startable | null): void {
    if (!run) return;
    this.waiting.push(run);
    this.fill();
  }

  /** Starts what a crash or an outage left behind, and sends the cancellations that were not heard. */
  async sweep(): Promise<number> {
    if (!this.engine.up && !(await this.engine.reachable())) return 0;
    const left = await this.undispatched();
    for (const run of left) this.dispatch(run);
    const unsent: { id: string }[] = await this.db.query(
      `SELECT id FROM agent_runs WHERE cancel_requested_at IS NOT NULL AND cancel_sent_at IS NULL
          AND finished_at IS NULL AND dispatched_at IS NOT NULL ORDER BY id LIMIT $1`,
      [SWEEP_BATCH],
    );
    for (const { id } of unsent) await this.sendCancel(id);
    await this.settled();
    return left.length + unsent.length;
  }

  /** A cancellation that Temporal does not hear stays on the row, for the sweep. */
  async sendCancel(run_id: string): Promise<void> {
    try {
      if (await this.engine.cancel(run_id)) {
        await this.db.query(`UPDATE agent_runs SET cancel_sent_at = now() WHERE id = $1`, [run_id]);
      }
    } catch (error) {
      this.logger.warn({ err: error, run_id }, 'the cancellation was not sent yet');
    }
  }

  /** Until every start under way has ended, and the started are marked. */
  async settled(): Promise<void> {
    while (this.starting.size > 0) await Promise.all(this.starting);
    await this.mark();
  }

  private fill(): void {
    while (this.starting.size < IN_FLIGHT) {
      const run = this.waiting.shift();
      if (!run) return;
      const start = this.start(run).finally(() => {
        this.starting.delete(start);
        this.fill();
      });
      this.starting.add(start);
    }
  }

  private async start(run: Startable): Promise<void> {
    try {
      await this.engine.start(run);
      this.started.push(run.run_id);
      this.marking ??= setTimeout(() => void this.mark(), MARK_AFTER_MS).unref();
    } catch (error) {
      if (this.engine.up) await this.refused(run.run_id, error);
      else this.waiting.length = 0;
    }
  }

  /** Temporal answered, but not with a start: the run says so, and the sweep tries again. */
  private async refused(run_id: string, error: unknown): Promise<void> {
    this.logger.error({ err: error, run_id }, 'the run was not started yet');
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const reason = { code: 'engine_refused', message: `Temporal refuses to start it: ${String(cause)}` };
    await this.db
      .query(`UPDATE agent_runs SET wait_reason = $2::jsonb WHERE id = $1 AND dispatched_at IS NULL`, [
        run_id,
        JSON.stringify(reason),
      ])
      .catch(() => undefined);
  }

  private async mark(): Promise<void> {
    clearTimeout(this.marking);
    this.marking = undefined;
    const ids = this.started.splice(0);
    if (ids.length === 0) return;
    await this.db
      .query(
        `UPDATE agent_runs SET dispatched_at = now(), wait_reason = NULL WHERE id = ANY($1) AND dispatched_at IS NULL`,
        [ids],
      )
      .catch((error: unknown) =>
        this.logger.warn({ err: error }, 'started runs were not marked; the sweep will'),
      );
  }

  private async undispatched(): Promise<Startable[]> {
    const rows: (AgentRun & { events: JsonEvent[] })[] = await this.db.query(
      `SELECT r.*, (SELECT jsonb_agg(to_jsonb(e) ORDER BY e.seq) FROM agent_run_events e WHERE e.run_id = r.id) AS events
         FROM agent_runs r
        WHERE r.dispatched_at IS NULL AND r.status = 'queued' AND r.created_at < now() - interval '3 seconds'
        ORDER BY r.id LIMIT $1`,
      [SWEEP_BATCH],
    );
    return rows.map(({ events, ...run }) => startable(run, events));
  }
}
