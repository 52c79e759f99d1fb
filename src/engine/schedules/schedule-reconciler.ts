import type { DataSource } from 'typeorm';
import type { Logger } from '../../platform/config/logger.js';
import type { Lease } from '../../platform/locks/lease.store.js';
import type { Engine } from '../../platform/temporal/engine.js';
import type { SettingsNow } from '../cadences/schedule-settings.js';
import { type AppliedChanges, applyChanges } from './apply-changes.js';
import { forgetSynced, markForSync, readTodo, wantedCadences } from './cadence.store.js';
import { syncTemporal } from './temporal-sync.js';

export interface Reconciled extends AppliedChanges {
  /** Temporal Schedules that were made, changed or removed. */
  synced: number;
}

/** Everything is settled this often, and compared with Temporal's Schedules, whatever was noted here. */
const VERIFY_EVERY_MS = 300_000;
const WAKE_AGAIN_MS = 30_000;

/** Keeps the followers of cadences and Temporal's Schedules in line with agents, bindings, projects and settings. */
export class ScheduleReconciler {
  private verified = Number.NEGATIVE_INFINITY;
  private settledAll = Number.NEGATIVE_INFINITY;
  private settled = '';
  private readonly woken = new Map<string, number>();

  constructor(
    private readonly db: DataSource,
    private readonly engine: Engine,
    private readonly settings: SettingsNow,
    private readonly logger: Logger,
  ) {}

  /** An idle pass is one query. */
  async pass(lease: Lease): Promise<Reconciled> {
    const verify = performance.now() - this.verified > VERIFY_EVERY_MS;
    const todo = await readTodo(this.db);
    if (todo.changed) await this.settings.refresh();
    const settings = this.settings.current();
    const counts = { joined: 0, moved: 0, left: 0, synced: 0 };
    let out_of_sync = todo.out_of_sync;
    const all =
      performance.now() - this.settledAll > VERIFY_EVERY_MS || this.settled !== JSON.stringify(settings);
    if (all || todo.changed) {
      Object.assign(counts, await applyChanges(this.db, lease, settings, all ? 'all' : 'marked'));
      if (all) this.settledAll = performance.now();
      this.settled = JSON.stringify(settings);
      out_of_sync = true;
    }
    if (verify) await this.verify();
    if (out_of_sync || verify)
      counts.synced = await syncTemporal(this.db, this.engine, settings, this.logger);
    await this.wake(todo.overdue);
    return counts;
  }

  /** Repeats the Schedules that Temporal has lost or refused, and removes those that nobody here knows. */
  private async verify(): Promise<void> {
    const kept = await this.engine.schedules.list();
    const wanted = new Set(await wantedCadences(this.db));
    for (const id of kept) {
      if (wanted.has(id)) continue;
      await this.engine.schedules.remove(id);
      this.logger.warn({ cadence_id: id }, 'a Temporal Schedule without a cadence was deleted');
    }
    await forgetSynced(this.db, kept);
    this.verified = performance.now();
  }

  /** A tick that Temporal did not wake anybody for: through an outage, or because it has lost its database. */
  private async wake(overdue: string[]): Promise<void> {
    const now = performance.now();
    for (const id of overdue) {
      if (now - (this.woken.get(id) ?? Number.NEGATIVE_INFINITY) < WAKE_AGAIN_MS) continue;
      this.woken.set(id, now);
      if (await this.engine.schedules.wake(id)) {
        this.logger.warn({ cadence_id: id }, 'a cadence was behind its ticks and is woken');
      } else {
        await markForSync(this.db, id);
        this.logger.warn({ cadence_id: id }, 'Temporal has lost a Schedule, which is made again');
      }
    }
  }
}
