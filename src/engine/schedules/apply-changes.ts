import type { DataSource } from 'typeorm';
import type { Lease } from '../../platform/locks/lease.store.js';
import { cadenceDefaults, type ScheduleSettings } from '../cadences/schedule-settings.js';
import { applyBackgroundSwitch } from './background-switch.js';
import { changesTo, isNothing } from './changes.js';
import { desiredMembers } from './desired.js';
import { forgetMarks, readMarks } from './mark.store.js';
import { type Portion, portions } from './portions.js';
import { cadencesOf, takeStock, writeChanges } from './schedule.store.js';
import { scheduleRule } from './schedule-rule.js';
import { planSync } from './temporal-sync.js';

export interface AppliedChanges {
  joined: number;
  moved: number;
  left: number;
}

/**
 * One transaction settles this many members of projects. Their cadences are worked out without a pause, so this bounds
 * how long the event loop waits.
 */
const PLACES_AT_ONCE = 500;

/**
 * Writes who follows which cadence from now on, and Temporal's Schedules for it, for the changed organisations or for
 * all. Marks are deleted last, so that the next process settles them again after a crash. Only the holder of the lease
 * commits, so that it overwrites no later settlement.
 */
export async function applyChanges(
  db: DataSource,
  lease: Lease,
  settings: ScheduleSettings,
  where: 'marked' | 'all',
  places = PLACES_AT_ONCE,
): Promise<AppliedChanges> {
  const marks = await readMarks(db);
  const organisations = where === 'all' ? where : marks.organisations;
  const settled: AppliedChanges = { joined: 0, moved: 0, left: 0 };
  for await (const portion of portions(db, organisations, places)) {
    const { joined, moved, left } = await settlePortion(db, lease, settings, portion);
    settled.joined += joined;
    settled.moved += moved;
    settled.left += left;
  }
  if (organisations === 'all') {
    await db.transaction(async (tx) => {
      await lease.hold(tx);
      await applyBackgroundSwitch(tx, settings, 'all');
      await planSync(tx, settings, 'all');
    });
  }
  await forgetMarks(db, marks);
  return settled;
}

async function settlePortion(
  db: DataSource,
  lease: Lease,
  settings: ScheduleSettings,
  portion: Portion,
): Promise<AppliedChanges> {
  return db.transaction(async (tx) => {
    await lease.hold(tx);
    const { agents, projects, schedules } = await takeStock(tx, portion);
    const rule = await scheduleRule(tx, portion);
    const desired = desiredMembers(agents, projects, cadenceDefaults(settings), rule);
    const cadences = await cadencesOf(tx, portion, desired, schedules);
    const changes = changesTo(desired, schedules, cadences);
    if (!isNothing(changes)) {
      const concerned = await writeChanges(tx, changes, cadences, settings.SCHEDULE_CATCH_UP_SECONDS);
      await applyBackgroundSwitch(tx, settings, concerned);
      await planSync(tx, settings, concerned);
    }
    const { joining, moving, leaving } = changes;
    return { joined: joining.length, moved: moving.length, left: leaving.length };
  });
}
