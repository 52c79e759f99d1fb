import type { DataSource, EntityManager } from 'typeorm';
import type { Ticked } from '../../../workflows/contract/schedule.js';
import { type Lease, withLeaseInTurn } from '../../platform/locks/lease.store.js';
import { dueTicks, missed } from '../cadences/due.js';
import type { ScheduleSettings } from '../cadences/schedule-settings.js';
import { spreadMs, spreadStartOf } from '../cadences/spread.js';
import { nextTick, previousTick } from '../cadences/ticks.js';
import type { Admission } from '../runs/admission.js';
import type { Dispatcher } from '../runs/dispatcher.js';
import { answerForAll } from './answer-for-all.js';
import { BACKGROUND_OFF, offFrom } from './background-off.js';
import { decideTick, type MemberOfTick, type Refusal, refuseAll, type TickDecision } from './decide-tick.js';
import { beginTick, endTick, lockTickToFire, setFiredThrough, type TickToFire } from './firing.store.js';
import { readInputs, readingTimeOf } from './read-inputs.js';
import { Semaphore } from './semaphore.js';
import { answerMembers, membersOfTick } from './tick.store.js';

/** Each turn takes a connection for its transactions, and the others are for runs. */
const AT_ONCE = 4;
/** The interval and number of tries of a worker for a cadence that another worker answers. */
const PATIENCE = { every_ms: 200, tries: 100 };
/**
 * Persons' schemas are checked one time less than this, because versions may change meanwhile; the last pass answers
 * the members that still wait.
 */
const MOST_ROUNDS = 3;
const MOST_PATIENCE_MS = 30_000;
const NOTHING: Ticked = { fired_at: null, admitted: 0, without_run: 0 };

/** The part of the dispatcher that takes committed runs. */
type Starter = Pick<Dispatcher, 'handOver' | 'sendCancel'>;

interface Firing extends TickToFire {
  firing_at: Date;
  /** True if some members after `fired_through` may have their answer, too. */
  partly: boolean;
}

/** The outcome of one pass over the members. */
interface Passed {
  admitted: number;
  open: MemberOfTick[];
}

/**
 * Answers the due ticks of a cadence. The transaction of each chunk keeps the progress with the cadence, so another
 * worker can continue: no member is answered twice or left out. No transaction waits for a person's schema. The first
 * pass answers the members whose input is known. The schemas of the others are then checked, and whenever those of an
 * organisation are known, another pass answers its members.
 */
export class TickFirer {
  private readonly turns = new Semaphore(AT_ONCE);

  constructor(
    private readonly db: DataSource,
    private readonly admission: Admission,
    private readonly dispatcher: Starter,
    private readonly settings: () => ScheduleSettings,
    private readonly chunk = 500,
    private readonly most_patience_ms = MOST_PATIENCE_MS,
  ) {}

  async fire(cadence_id: string, scheduled_at: Date | null): Promise<Ticked> {
    const starts: Promise<void>[] = [];
    const answer = async (lease: Lease) => {
      const total = { ...NOTHING };
      for (;;) {
        const { firing, without_run } = await this.turns.run(() =>
          this.begin(lease, cadence_id, scheduled_at),
        );
        total.without_run += without_run;
        if (firing === null) return total;
        total.admitted += await this.answer(lease, firing, starts);
        total.fired_at = firing.firing_at.toISOString();
        await this.end(firing);
      }
    };
    // One process at a time answers a cadence. If the lease stays taken, the activity fails, and Temporal tries it
    // again.
    const ticked = await withLeaseInTurn(this.db, `cadence/${cadence_id}`, answer, PATIENCE);
    // If Temporal starts runs more slowly than ticks come, ticks wait here and are coalesced.
    await Promise.all(starts);
    return ticked;
  }

  /** Decides which tick fires, unless one is being answered already. */
  private async begin(
    lease: Lease,
    id: string,
    scheduled_at: Date | null,
  ): Promise<{ firing: Firing | null; without_run: number }> {
    const { OPERATING_BACKGROUND_ENABLED: on, SCHEDULE_CATCH_UP_SECONDS: catch_up } = this.settings();
    return this.db.transaction(async (tx) => {
      await lease.hold(tx);
      const cadence = await lockTickToFire(tx, id, scheduled_at, catch_up);
      if (cadence?.firing_at)
        return { firing: { ...cadence, firing_at: cadence.firing_at, partly: true }, without_run: 0 };
      if (!cadence || !on || cadence.off_since) return { firing: null, without_run: 0 };
      const { spec, accounted_until, horizon } = cadence;
      const due = dueTicks(spec, accounted_until, horizon, catch_up);
      let without_run = 0;
      for (const { after, until, outcome, reason } of due.without_run) {
        without_run += await answerForAll(tx, cadence, after, until, outcome, reason);
      }
      await beginTick(tx, id, due.fires, nextTick(spec, due.fires ?? horizon));
      const firing = due.fires && {
        ...cadence,
        firing_at: due.fires,
        fired_through: null,
        too_late: false,
        partly: false,
      };
      return { firing, without_run };
    });
  }

  /** No turn and no connection is held while schemas are checked. */
  private async answer(lease: Lease, firing: Firing, starts: Promise<void>[]): Promise<number> {
    let admitted = 0;
    const pass = async (last: boolean): Promise<MemberOfTick[]> => {
      const passed = await this.turns.run(() => this.pass(lease, firing, starts, last));
      admitted += passed.admitted;
      firing.partly = true;
      return passed.open;
    };
    let patience: AbortSignal | undefined;
    for (let rounds = 1; ; rounds += 1) {
      let open = await pass(rounds === MOST_ROUNDS || patience?.aborted === true);
      if (open.length === 0) return admitted;
      patience ??= AbortSignal.timeout(readingTimeOf(firing, this.most_patience_ms));
      const signal = AbortSignal.any([patience, lease.signal]);
      for await (const _ of readInputs(this.db, this.admission, open, signal)) {
        if (signal.aborted) break;
        open = await pass(false);
        if (open.length === 0) return admitted;
      }
    }
  }

  /** Answers all members but those who are left open; they are behind `fired_through`, wherever the others got to. */
  private async pass(lease: Lease, firing: Firing, starts: Promise<void>[], last: boolean): Promise<Passed> {
    const passed: Passed = { admitted: 0, open: [] };
    for (let after = firing.fired_through; ; ) {
      const chunk = await this.db.transaction(async (tx) => {
        await lease.hold(tx);
        return this.answerChunk(tx, firing, after, last, passed.open.length > 0);
      });
      starts.push(this.dispatcher.handOver(chunk.startable));
      for (const run_id of chunk.cancel) void this.dispatcher.sendCancel(run_id);
      passed.admitted += chunk.startable.length;
      passed.open.push(...chunk.open);
      if (chunk.through === null) return passed;
      after = chunk.through;
      if (passed.open.length === 0) firing.fired_through = after;
    }
  }

  /** `through` is null once nobody is left. */
  private async answerChunk(
    tx: EntityManager,
    firing: Firing,
    after: string | null,
    is_last_pass: boolean,
    some_are_open: boolean,
  ): Promise<Omit<TickDecision, 'refused'> & { through: string | null }> {
    const { id, spec, firing_at, partly } = firing;
    const which = partly ? 'unanswered' : 'all';
    const members = await membersOfTick(tx, id, firing_at, after, this.chunk, which);
    const last = members.at(-1);
    if (!last) return { startable: [], cancel: [], open: [], through: null };
    const spread = spreadMs(spec, firing_at, this.settings().SCHEDULE_SPREAD_SECONDS);
    const due = (member: MemberOfTick) => spreadStartOf(member.schedule_id, firing_at, spread);
    const refusal = whyNobody(firing, this.settings());
    const { refused, ...decided } = refusal
      ? refuseAll(members, refusal)
      : await decideTick(tx, this.admission, members, firing_at, due, is_last_pass);
    await answerMembers(tx, id, firing_at, previousTick(spec, firing_at), refused);
    if (!some_are_open && decided.open.length === 0) await setFiredThrough(tx, id, last.schedule_id);
    return { ...decided, through: members.length === this.chunk ? last.schedule_id : null };
  }

  private async end({ id, firing_at }: Firing): Promise<void> {
    await endTick(this.db, id, firing_at);
  }
}

/** A tick that was left in the middle is not gone on with when it is too late, or all background work is off. */
function whyNobody({ firing_at, off_since, too_late }: Firing, settings: ScheduleSettings): Refusal | null {
  const off: Refusal = { outcome: 'gated', reason: BACKGROUND_OFF };
  if (off_since && firing_at > offFrom(off_since)) return off;
  if (too_late) return { outcome: 'missed', reason: missed(settings.SCHEDULE_CATCH_UP_SECONDS) };
  return off_since || !settings.OPERATING_BACKGROUND_ENABLED ? off : null;
}
