import type { EntityManager } from 'typeorm';
import type { TickReason } from '../db/entities/schedule.entity.js';
import { answerForAll, type KnownCadence } from './schedule.store.js';
import type { ScheduleSettings } from './schedule-settings.js';

export const BACKGROUND_OFF: TickReason = {
  code: 'background_off',
  message: 'OPERATING_BACKGROUND_ENABLED was false: all scheduled background work was off.',
};

/** Notes since when background work is off; once it is on again, the ticks of that time have their answer. */
export async function settleOff(tx: EntityManager, settings: ScheduleSettings): Promise<void> {
  if (!settings.OPERATING_BACKGROUND_ENABLED) {
    await tx.query(`UPDATE cadences SET off_since = clock_timestamp() WHERE off_since IS NULL`);
    return;
  }
  const rows: (KnownCadence & { now: Date })[] = await tx.query(
    `SELECT *, clock_timestamp() AS now FROM cadences WHERE off_since IS NOT NULL ORDER BY id FOR UPDATE`,
  );
  for (const cadence of rows) {
    await answerForAll(tx, cadence, cadence.accounted_until, cadence.now, 'gated', BACKGROUND_OFF);
  }
  if (rows.length > 0) await tx.query(`UPDATE cadences SET off_since = NULL WHERE off_since IS NOT NULL`);
}
