import type { EntityManager } from 'typeorm';
import { missed } from '../cadences/due.js';
import type { ScheduleSettings } from '../cadences/schedule-settings.js';
import { answerRest } from './answer-for-all.js';
import type { KnownCadence } from './schedule.store.js';

/**
 * Notes since when background work is off. Once it is on again, the ticks of that time have their answer. It concerns
 * these cadences, or all of them.
 */
export async function applyBackgroundSwitch(
  tx: EntityManager,
  settings: ScheduleSettings,
  cadences: string[] | 'all',
): Promise<void> {
  const { OPERATING_BACKGROUND_ENABLED: on, SCHEDULE_CATCH_UP_SECONDS: catch_up } = settings;
  const among = cadences === 'all' ? null : cadences;
  if (!on) {
    await tx.query(`UPDATE cadences SET off_since = clock_timestamp() WHERE off_since IS NULL AND ${AMONG}`, [
      among,
    ]);
    return;
  }
  const rows: (KnownCadence & { now: Date })[] = await tx.query(
    `SELECT *, clock_timestamp() AS now FROM cadences WHERE off_since IS NOT NULL AND ${AMONG} ORDER BY id FOR UPDATE`,
    [among],
  );
  for (const cadence of rows)
    await answerRest(tx, cadence, catch_up, { outcome: 'missed', reason: missed(catch_up) });
  if (rows.length > 0)
    await tx.query(`UPDATE cadences SET off_since = NULL WHERE off_since IS NOT NULL AND ${AMONG}`, [among]);
}

const AMONG = '($1::uuid[] IS NULL OR id = ANY($1))';
