import type { DataSource } from 'typeorm';
import { changesTo, isNothing } from './changes.js';
import { desiredMembers } from './desired.js';
import { takeChanges, takeStock, writeChanges } from './schedule.store.js';
import { scheduleRule } from './schedule-rule.js';
import { cadenceDefaults, type ScheduleSettings } from './schedule-settings.js';
import { settleOff } from './settle-off.js';
import { planTelling } from './telling.js';

export interface Settled {
  joined: number;
  moved: number;
  left: number;
}

/** Writes down who follows which cadence from now on, and what Temporal is to be told of it. */
export async function settle(db: DataSource, settings: ScheduleSettings): Promise<Settled> {
  return db.transaction(async (tx) => {
    await takeChanges(tx);
    const stock = await takeStock(tx);
    const rule = await scheduleRule(tx);
    const desired = desiredMembers(stock.agents, stock.projects, cadenceDefaults(settings), rule);
    const changes = changesTo(desired, stock.schedules, stock.cadences);
    if (!isNothing(changes)) await writeChanges(tx, changes, stock, settings.SCHEDULE_CATCH_UP_SECONDS);
    await settleOff(tx, settings);
    await planTelling(tx, settings);
    const { joining, moving, leaving } = changes;
    return { joined: joining.length, moved: moving.length, left: leaving.length };
  });
}
