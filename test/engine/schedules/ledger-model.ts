import { expect } from 'vitest';
import { cadenceKey, cadenceOf } from '../../../src/engine/cadences/cadence.js';
import { cadenceDefaults } from '../../../src/engine/cadences/schedule-settings.js';
import { nextTick, previousTick } from '../../../src/engine/cadences/ticks.js';
import type { TickAccount } from '../../../src/engine/schedules/ledger.store.js';
import type { Cadence } from '../../../src/platform/db/entities/schedule.entity.js';
import type { Schedule } from '../../../workflows/contract/schedule.js';
import { AGENTS, type FollowedSchedule, type Place, type World } from './ledger-world.js';

export type Op =
  | { do: 'pass'; seconds: number }
  /** Up to a tick of one of the cadences, or to a moment beside it. */
  | { do: 'approach'; nth: number; ms: number }
  /**
   * `dies` is the number of members' chunks after which the worker dies. `unread` has one bit for each member whose
   * input is unknown at first.
   */
  | { do: 'tick'; ahead_ms: number; dies: number | null; unread: number }
  | { do: 'settle' }
  | { do: 'bind'; agent: string; place: Place; enabled: boolean | null; schedule: Schedule | null }
  | { do: 'archive'; project: 0 | 1; archived: boolean }
  | { do: 'member'; project: 0 | 1; user: 0 | 1; member: boolean }
  | { do: 'zone'; zone: string }
  | { do: 'pause'; nth: number; paused: boolean }
  | { do: 'end runs' }
  | { do: 'publish' }
  | { do: 'background'; on: boolean };

interface CadenceState {
  id: string;
  key: string;
  spec: Cadence;
  firing_at: Date | null;
  fired_through: string | null;
}

interface Period {
  schedule_id: string;
  cadence_id: string;
  since: Date;
  until: Date | null;
}

const OFF_COUNTS_FROM_MS = 60_000;
const LATE_AFTER_MS = 60_000;

/** Spans of one schedule, or of one and all, that share a tick. */
const ANSWERED_TWICE = `
  SELECT a.*, b.* FROM tick_spans a
    JOIN tick_spans b ON b.cadence_id = a.cadence_id AND (b.schedule_id IS NULL OR b.schedule_id = a.schedule_id)
     AND a.ctid <> b.ctid AND a.first_tick <= b.last_tick AND b.first_tick <= a.last_tick`;

/** The rules of the ledger, written a second time and more simply; compared with the ledger after every step. */
export class LedgerModel {
  private readonly bindings = new Map<string, { enabled: boolean | null; schedule: Schedule | null }>();
  private readonly archived = new Set<number>();
  private readonly members = new Set<string>();
  private readonly paused = new Set<string>();
  private readonly running = new Set<string>();
  private readonly answers = new Map<string, string>();
  private readonly pending = new Set<string>();
  private zone: string;
  private off: Date | null = null;
  private periods: Period[] = [];
  private cadences: CadenceState[] = [];
  /** Answers of their own that members have in PostgreSQL. */
  private stored = new Set<string>();

  constructor(private readonly world: World) {
    this.zone = world.zone;
  }

  async step(op: Op): Promise<void> {
    const { world } = this;
    const before = this.cadences;
    await world.passes(0.01);
    let finished = true;
    switch (op.do) {
      case 'pass':
        await world.passes(op.seconds);
        break;
      case 'approach':
        await this.approach(op.nth, op.ms);
        break;
      case 'tick':
        finished = await world.ticks(op.ahead_ms, op.dies ?? Number.POSITIVE_INFINITY, op.unread);
        break;
      case 'settle':
        await world.settle();
        if (world.settings.OPERATING_BACKGROUND_ENABLED) this.off = null;
        else this.off ??= world.now;
        break;
      default:
        await this.change(op);
    }
    await this.look(op, before);
    if (op.do === 'tick' && finished && this.isOn) this.expectAllAnswered();
  }

  expectAllAnswered(): void {
    expect([...this.pending]).toEqual([]);
  }

  private get isOn(): boolean {
    return this.world.settings.OPERATING_BACKGROUND_ENABLED && this.off === null;
  }

  private async approach(nth: number, ms: number): Promise<void> {
    const { world } = this;
    const cadence = this.cadences[nth % Math.max(this.cadences.length, 1)];
    const tick = cadence && nextTick(cadence.spec, world.now);
    if (tick) await world.passes(Math.max(0, tick.getTime() + ms - world.now.getTime()) / 1000);
  }

  private async change(op: Op): Promise<void> {
    const { world } = this;
    switch (op.do) {
      case 'bind':
        this.bindings.set(`${op.agent} ${op.place}`, op);
        return world.bind(op.agent, op.place, op.enabled, op.schedule);
      case 'archive':
        this.archived[op.archived ? 'add' : 'delete'](op.project);
        return world.query(`UPDATE projects SET archived_at = CASE WHEN $2 THEN now() END WHERE id = $1`, [
          world.projects[op.project],
          op.archived,
        ]);
      case 'member': {
        this.members[op.member ? 'add' : 'delete'](`${op.project} ${op.user}`);
        const pair = [world.projects[op.project], world.organisation_id, world.users[op.user]];
        return world.query(
          op.member
            ? `INSERT INTO project_members (project_id, organisation_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
            : `DELETE FROM project_members WHERE project_id = $1 AND organisation_id = $2 AND user_id = $3`,
          pair,
        );
      }
      case 'zone':
        this.zone = op.zone;
        return world.query(`UPDATE projects SET time_zone = $2 WHERE id = $1`, [world.projects[0], op.zone]);
      case 'pause': {
        const schedule = (await world.schedules())[op.nth];
        if (!schedule) return;
        this.paused[op.paused ? 'add' : 'delete'](schedule.id);
        return world.query(`UPDATE schedules SET paused_at = CASE WHEN $2 THEN now() END WHERE id = $1`, [
          schedule.id,
          op.paused,
        ]);
      }
      case 'end runs':
        this.running.clear();
        return world.query(
          `UPDATE agent_runs SET status = 'completed', finished_at = now() WHERE finished_at IS NULL`,
        );
      case 'publish':
        return world.publish();
      case 'background':
        world.settings.OPERATING_BACKGROUND_ENABLED = op.on;
    }
  }

  /** Every tick of every schedule, held against what has been and what may be. */
  private async look(op: Op, before: CadenceState[]): Promise<void> {
    const { world } = this;
    this.cadences = await world.query(
      `SELECT id, key, spec, firing_at, fired_through FROM cadences ORDER BY id`,
    );
    const schedules = await world.schedules();
    await this.lookAtPeriods(op, schedules);
    expect(await world.query(ANSWERED_TWICE), JSON.stringify(op)).toEqual([]);
    this.pending.clear();
    const spans = await world.query<{ schedule_id: string; cadence_id: string; last_tick: Date }[]>(
      `SELECT schedule_id, cadence_id, last_tick FROM tick_spans WHERE schedule_id IS NOT NULL`,
    );
    this.stored = new Set(
      spans.map((span) => `${span.schedule_id} ${span.cadence_id} ${span.last_tick.getTime()}`),
    );
    for (const schedule of schedules) {
      const until = new Date(op.do === 'tick' ? this.reachOf(op.ahead_ms, before) : world.now.getTime());
      const ledger = await world.ledger(schedule.id, until);
      expect(new Set(ledger.map(({ tick_at }) => tick_at.getTime())).size).toBe(ledger.length);
      for (const answer of ledger.reverse()) this.lookAt(op, before, schedule, answer);
    }
  }

  /** A wake-up may answer ticks ahead of the clock, also one that another left in the middle. */
  private reachOf(ahead_ms: number, before: CadenceState[]): number {
    const left = before.map(({ firing_at }) => (firing_at ? firing_at.getTime() + 1 : 0));
    return Math.max(this.world.now.getTime() + ahead_ms, ...left);
  }

  private lookAt(op: Op, before: CadenceState[], schedule: FollowedSchedule, answer: TickAccount): void {
    const { tick_at, cadence_id, outcome, reason, run } = answer;
    const cadence = this.cadences.find(({ id }) => id === cadence_id)!;
    const name = `${schedule.id} ${tick_at.toISOString()} ${cadence.key}`;
    const given = run ? `run ${run.id}` : `${outcome} ${reason?.code}`;
    const known = this.answers.get(name);
    const during = `${schedule.agent} ${name} after ${JSON.stringify(op)} at ${this.world.now.toISOString()}`;
    expect(outcome, during).not.toBe('unaccounted');
    if (run) expect(reason, during).toBeNull();
    if (known !== undefined) {
      expect(given, during).toBe(known);
      return;
    }
    const isStored = run || this.stored.has(`${schedule.id} ${cadence_id} ${tick_at.getTime()}`);
    const inTheMiddle =
      !isStored &&
      tick_at.getTime() === cadence.firing_at?.getTime() &&
      !(cadence.fired_through && schedule.id <= cadence.fired_through);
    if (outcome === 'pending' || inTheMiddle) {
      if (outcome === 'pending' && tick_at <= this.world.now) this.pending.add(name);
      return;
    }
    const was = before.find(({ id }) => id === cadence_id);
    const words = run ? (outcome === 'late' ? 'late run' : 'run') : given;
    expect(this.mayBe(op, was, cadence, schedule, tick_at), during).toContain(words);
    this.answers.set(name, given);
    if (run) this.running.add(schedule.id);
  }

  /** The answers that a tick may have got in this step. */
  private mayBe(
    op: Op,
    was: CadenceState | undefined,
    cadence: CadenceState,
    schedule: FollowedSchedule,
    tick: Date,
  ): string[] {
    const { now } = this.world;
    const at = tick.getTime();
    const isOff = this.off !== null && at > this.off.getTime() - OFF_COUNTS_FROM_MS;
    if (op.do !== 'tick') {
      const isFollowed = this.periods.some((one) => one.cadence_id === cadence.id && !one.until);
      const closed = op.do === 'settle' && !isFollowed ? ['gated no_schedule'] : [];
      if (isOff) return ['gated background_off', ...closed];
      if (at < now.getTime() - this.catchUpMs) return ['missed too_late'];
      return op.do === 'settle' ? ['gated background_off', 'missed too_late', ...closed] : [];
    }
    const scheduled = previousTick(cadence.spec, new Date(now.getTime() + op.ahead_ms + 1));
    const horizon = Math.max(now.getTime(), scheduled?.getTime() ?? 0);
    const isMissed = at < horizon - this.catchUpMs;
    if (at === was?.firing_at?.getTime()) {
      if (!this.isOn) return ['gated background_off', ...(isMissed ? ['missed too_late'] : [])];
      return [isMissed ? 'missed too_late' : this.own(schedule, cadence, tick)];
    }
    if (isOff) return ['gated background_off'];
    if (isMissed) return ['missed too_late'];
    if (!this.isOn) return [];
    const latest = previousTick(cadence.spec, new Date(horizon + 1));
    return [at === latest?.getTime() ? this.own(schedule, cadence, tick) : 'coalesced coalesced'];
  }

  /** The answer of the tick that fires, for this schedule. */
  private own(
    { id, agent, project_id, user_id }: FollowedSchedule,
    cadence: CadenceState,
    tick: Date,
  ): string {
    const project = this.world.projects.indexOf(project_id as never);
    const user = this.world.users.indexOf(user_id as never);
    const { audience, overlap } = AGENTS[agent]!;
    const period = this.periods.findLast(
      ({ schedule_id, cadence_id, since, until }) =>
        schedule_id === id && cadence_id === cadence.id && since < tick && (until === null || until >= tick),
    );
    if (period?.until) return 'gated no_schedule';
    if (this.archived.has(project)) return 'gated project_archived';
    if (audience === 'project_member' && user < 0) return 'gated no_members';
    if (this.paused.has(id)) return 'skipped paused';
    if (overlap === 'skip_if_running' && this.running.has(id)) return 'skipped still_running';
    if (this.path(agent, project, user).some((binding) => binding.enabled === false))
      return 'gated agent_disabled';
    return this.world.now.getTime() > tick.getTime() + LATE_AFTER_MS ? 'late run' : 'run';
  }

  /** Returns the path from the narrowest to the widest scope. */
  private path(agent: string, project: number, user: number) {
    const places = [...(user < 0 ? [] : [`user ${user}`]), `project ${project}`, 'organisation', 'server'];
    return places.flatMap((place) => this.bindings.get(`${agent} ${place}`) ?? []);
  }

  private get catchUpMs(): number {
    return this.world.settings.SCHEDULE_CATCH_UP_SECONDS * 1000;
  }

  /** Followers change only when they are settled; a period begins and ends at that moment. */
  private async lookAtPeriods(op: Op, schedules: FollowedSchedule[]): Promise<void> {
    const { world } = this;
    const before = new Set(this.periods.map((period) => JSON.stringify(period)));
    this.periods = await world.query(
      `SELECT schedule_id, cadence_id, since, until FROM schedule_periods ORDER BY schedule_id, since`,
    );
    const changed = this.periods.filter((period) => !before.has(JSON.stringify(period)));
    if (op.do !== 'settle') expect(changed).toEqual([]);
    for (const { since, until } of changed) {
      const moment = (until ?? since).getTime();
      expect(moment - world.now.getTime()).toBeGreaterThanOrEqual(0);
      expect(moment - world.now.getTime()).toBeLessThan(1000);
    }
    if (op.do !== 'settle') return;
    const following = schedules
      .filter(({ cadence }) => cadence)
      .map(({ agent, project_id, user_id, cadence }) => `${agent} ${project_id} ${user_id} ${cadence}`);
    expect(following.sort()).toEqual(this.desired().sort());
    const open = this.periods.filter(({ until }) => until === null).map(({ schedule_id }) => schedule_id);
    expect(open).toEqual(schedules.filter(({ cadence }) => cadence).map(({ id }) => id));
  }

  private desired(): string[] {
    const { projects, users, settings } = this.world;
    return Object.entries(AGENTS).flatMap(([agent, { audience, schedule }]) =>
      [0, 1].flatMap((project) => {
        if (this.archived.has(project)) return [];
        const members = [0, 1].filter((user) => this.members.has(`${project} ${user}`));
        const audienceOf = audience === 'project' || members.length === 0 ? [-1] : members;
        return audienceOf.flatMap((user) => {
          const chosen = this.path(agent, project, user).find((binding) => binding.schedule)?.schedule;
          const cadence = cadenceOf(chosen ?? schedule, {
            time_zone: project === 0 ? this.zone : 'UTC',
            ...cadenceDefaults(settings),
          });
          return cadence
            ? [
                `${agent} ${projects[project as 0 | 1]} ${users[user as 0 | 1] ?? null} ${cadenceKey(cadence)}`,
              ]
            : [];
        });
      }),
    );
  }
}
