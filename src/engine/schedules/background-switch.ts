import type { EntityManager } from 'typeorm';
import { missed } from '../cadences/due.js';
import type { ScheduleSettings } from '../cadences/schedule-settings.js';
import { answerRest } from './answer-for-all.js';
import { lockOff, setOff, setOn } from './cadence.store.js';

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
    await setOff(tx, among);
    return;
  }
  const rows = await lockOff(tx, among);
  for (const cadence of rows)
    await answerRest(tx, cadence, catch_up, { outcome: 'missed', reason: missed(catch_up) });
  if (rows.length > 0) await setOn(tx, among);
}
