import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { logChange } from '../../platform/audit-log/change-log.store.js';
import type { Principal } from '../../platform/auth/principal.js';
import { nextIdOf, nextPage } from '../../platform/http/page.js';
import { RuntimeSettings } from '../../platform/settings/runtime-settings.js';
import { bindingsOf, type NamedBinding } from '../agents/binding.store.js';
import { decide, pathAmong } from '../agents/effective.js';
import { shown } from '../agents/present-agent.js';
import { nextTicks } from '../cadences/ticks.js';
import { BACKGROUND_OFF } from './background-off.js';
import { whyNot } from './decide-tick.js';
import { gateFor } from './gate.js';
import { readLedger } from './ledger.store.js';
import { presentNext, presentSchedule, presentTick, zoneOf } from './present-schedule.js';
import type { PreviewQuery, SchedulesQuery, TicksQuery } from './schedule.dto.js';
import { ScheduleRepository, type ShownSchedule, setPaused } from './schedule.repository.js';

/** The schedules that a caller may see and pause. */
@Injectable()
export class SchedulesService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly schedules: ScheduleRepository,
    private readonly settings: RuntimeSettings,
  ) {}

  async list(caller: Principal, query: SchedulesQuery) {
    const rows = await this.schedules.list(caller, query);
    const bindings = await bindingsOf(this.db, query.agent ?? null, caller.organisation_id);
    const schedules = rows.map((row) => this.present(caller, row, bindings));
    return { schedules, next_after: nextIdOf(rows, query.limit) };
  }

  async show(caller: Principal, id: string) {
    const row = await this.schedules.find(caller, id);
    const bindings = await bindingsOf(this.db, row.agent, caller.organisation_id);
    return { ...this.present(caller, row, bindings), events: await this.schedules.events(id) };
  }

  /** Runs that are no longer kept have taken their ticks with them. */
  async ticks(caller: Principal, id: string, { before, limit }: TicksQuery) {
    const zone = zoneOf(await this.schedules.find(caller, id));
    const { SCHEDULE_CATCH_UP_SECONDS: catch_up_seconds, RUN_RETENTION_DAYS: days } = this.settings.current();
    const now = new Date();
    const end = before && before < now ? before : now;
    const from = new Date(days === 0 ? 0 : now.getTime() - days * 86_400_000);
    const ticks = await readLedger(this.db, id, { before: end, from, limit }, { now, catch_up_seconds });
    return {
      ticks: ticks.map((tick) => presentTick(tick, zone)),
      next_before: nextPage(ticks, limit, ({ tick_at }) => tick_at),
    };
  }

  async preview(caller: Principal, id: string, { count }: PreviewQuery) {
    const row = await this.schedules.find(caller, id);
    const { SCHEDULE_SPREAD_SECONDS: spread } = this.settings.current();
    const ticks = row.spec ? nextTicks(row.spec, new Date(), count) : [];
    return { ticks: ticks.map((tick) => presentNext(row, tick, spread)), ...(await this.would(row)) };
  }

  /** Works out the answer that a tick would get now, by the rules of a real tick. */
  private async would(row: ShownSchedule) {
    if (!this.settings.current().OPERATING_BACKGROUND_ENABLED)
      return { would: 'gated' as const, reason: BACKGROUND_OFF };
    const refusal =
      whyNot({
        ...row,
        schedule_id: row.id,
        paused_by: row.paused_by_email,
        left_since: row.spec === null,
      }) ?? (await gateFor(this.db, [row]))(row);
    return refusal
      ? { would: refusal.outcome, reason: refusal.reason }
      : { would: 'run' as const, reason: null };
  }

  async pause(caller: Principal, id: string) {
    return this.setPaused(caller, id, true);
  }

  async resume(caller: Principal, id: string) {
    return this.setPaused(caller, id, false);
  }

  /** Pausing what is paused changes nothing, and so it is not logged again. */
  private async setPaused(caller: Principal, id: string, paused: boolean) {
    const { organisation_id, user_id } = caller;
    await this.db.transaction(async (tx) => {
      const before = await this.schedules.find(caller, id, tx);
      if (!(await setPaused(tx, id, paused ? user_id : null))) return;
      await logChange(tx, {
        organisation_id,
        changed_by: user_id,
        subject: 'schedule',
        subject_id: id,
        before: { agent: before.agent, paused: !paused },
        after: { agent: before.agent, paused },
      });
    });
    return this.show(caller, id);
  }

  private present(caller: Principal, row: ShownSchedule, bindings: NamedBinding[]) {
    const own = bindings.filter(({ agent }) => agent === row.agent);
    const { enabled, decided_by } = decide(pathAmong(own, row));
    return presentSchedule(
      row,
      { enabled, decided_by: decided_by && shown(decided_by, caller) },
      this.settings.current(),
    );
  }
}
