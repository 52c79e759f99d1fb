import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { Principal } from '../../platform/auth/principal.js';
import type { AgentRun } from '../../platform/db/entities/run.entity.js';
import { digestOf } from '../../platform/digest.js';
import { AppError, invalid } from '../../platform/http/app-error.js';
import { RuntimeSettings } from '../../platform/settings/runtime-settings.js';
import { askGate, whyDisabled } from '../agents/gate.js';
import { Admission, type Admitted, type Ask, type Reading, untilTaken } from '../runs/admission.js';
import { requestCancel } from '../runs/cancel-request.store.js';
import { Dispatcher } from '../runs/dispatcher.js';
import { presentRun } from '../runs/present-run.js';
import { WaitContextReader } from '../runs/wait-context.js';
import { readLedger, type TickAccount } from './ledger.store.js';
import { presentTickWithoutRun, zoneOf } from './present-schedule.js';
import { type Backfill, MOST_BACKFILLED } from './schedule.dto.js';
import { lockSchedules, ScheduleRepository, type ShownSchedule } from './schedule.repository.js';
import { scheduledRequest } from './scheduled-request.js';

const LOW = 1;

/** Runs of a schedule that a person asks for: one now, or those of ticks that went without. */
@Injectable()
export class ScheduleRunsService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly schedules: ScheduleRepository,
    private readonly admission: Admission,
    private readonly dispatcher: Dispatcher,
    private readonly waits: WaitContextReader,
    private readonly settings: RuntimeSettings,
  ) {}

  /** The overlap rule of ticks holds here, too. */
  async trigger(caller: Principal, id: string) {
    const { admitted, cancelled } = await untilTaken(() => this.take(caller, id));
    if (cancelled) void this.dispatcher.sendCancel(cancelled);
    return { agent_runs: await this.started([admitted]) };
  }

  private async take(
    caller: Principal,
    id: string,
  ): Promise<{ admitted: Admitted; cancelled: string | null } | null> {
    const reading = await this.read(caller, id);
    return this.db.transaction(async (tx) => {
      await lockSchedules(tx, [id]);
      const row = await this.schedules.find(caller, id, tx);
      if (row.running && row.overlap === 'skip_if_running')
        throw new AppError('run_overlaps', `Run ${row.running} of this schedule is still under way.`);
      const request = scheduledRequest(row, new Date());
      const owner = { ...request.owner, user_id: row.user_id ?? caller.user_id };
      const schedule = { schedule_id: id, tick_at: null, due_at: null };
      const admitted = await this.admission.take(tx, { ...request, owner, schedule }, reading);
      if (admitted === null) return null;
      const replaced = row.overlap === 'cancel_previous' ? row.running : null;
      if (replaced) await requestCancel(tx, [replaced], caller);
      return { admitted, cancelled: replaced };
    });
  }

  /** Checks no input against the agent's version, before the transaction that admits its runs. */
  private async read(caller: Principal, id: string): Promise<Reading | null> {
    return this.admission.read(this.db, scheduledRequest(await this.schedules.find(caller, id), new Date()));
  }

  /** A backfill does exactly what its dry run listed, or nothing. */
  async backfill(caller: Principal, id: string, body: Backfill) {
    const { dry_run, hash: shownHash } = body;
    const reading = dry_run ? null : await this.read(caller, id);
    const answer = await this.db.transaction(async (tx) => {
      const row = await this.schedules.find(caller, id, tx);
      await this.mayRun(tx, row);
      const ticks = await this.withoutRun(tx, row, body);
      const hash = hashOf(row, ticks);
      const shown = ticks.map((tick) => presentTickWithoutRun(tick, zoneOf(row)));
      if (dry_run) return { hash, ticks: shown, admitted: [] };
      if (hash !== shownHash)
        throw new AppError(
          'preview_changed',
          'The runs to start differ from those of the dry run; make another dry run.',
        );
      if (reading && !reading.input.ok) throw reading.input.error;
      const admitted = await this.admission.admitAll(
        tx,
        reading ? ticks.map((tick) => ({ ask: backfillAsk(row, tick), reading })) : [],
      );
      if (admitted.length !== ticks.length)
        throw new AppError(
          'preview_changed',
          'While the request ran, a tick got its run, or the agent was disabled or published again.',
        );
      return { hash, ticks: shown, admitted };
    });
    const { admitted, ...rest } = answer;
    return { dry_run, ...rest, agent_runs: await this.started(admitted) };
  }

  private async mayRun(tx: EntityManager, row: ShownSchedule): Promise<void> {
    const { decided_by, enabled } = await askGate(tx, row.agent, row);
    if (!enabled && decided_by) throw new AppError('agent_disabled', whyDisabled(row.agent, decided_by));
    if (row.audience === null)
      throw new AppError('agent_unpublished', `${row.agent} has no published version.`);
    if (row.archived) throw new AppError('project_archived', 'The project of this schedule is archived.');
  }

  private async withoutRun(
    tx: EntityManager,
    { id }: ShownSchedule,
    { from, to }: Backfill,
  ): Promise<TickAccount[]> {
    const { SCHEDULE_CATCH_UP_SECONDS: catch_up_seconds } = this.settings.current();
    const now = new Date();
    const before = new Date(Math.min(to.getTime() + 1, now.getTime()));
    const page = { before, from, limit: MOST_LOOKED_AT };
    const ticks = await readLedger(tx, id, page, { now, catch_up_seconds });
    const open = ticks.filter(({ run, outcome }) => run === null && outcome !== 'pending');
    if (ticks.length === MOST_LOOKED_AT || open.length > MOST_BACKFILLED)
      throw invalid(
        'from',
        `must leave at most ${MOST_BACKFILLED} ticks to run, and ${MOST_LOOKED_AT} to look at, up to \`to\``,
      );
    return open;
  }

  private async started(admitted: Admitted[]) {
    const context = await this.waits.read([]);
    return admitted.map(({ run, startable }) => {
      this.dispatcher.dispatch(startable);
      return presentRun(run as AgentRun, context);
    });
  }
}

const MOST_LOOKED_AT = 5000;

function backfillAsk(row: ShownSchedule, { tick_at }: TickAccount): Ask {
  const { request, ...scheduled } = scheduledRequest(row, tick_at);
  return {
    ...scheduled,
    request: { ...request, priority: LOW, labels: ['backfill'] },
    schedule: { schedule_id: row.id, tick_at, due_at: null },
  };
}

/** Hash of the inputs that decide which runs a backfill starts. */
function hashOf({ id, agent }: ShownSchedule, ticks: TickAccount[]): string {
  const facts = [id, agent, ...ticks.map(({ tick_at }) => tick_at.toISOString())];
  return digestOf(JSON.stringify(facts));
}
