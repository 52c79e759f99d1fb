import type { DataSource, EntityManager } from 'typeorm';
import { CadenceRow } from '../../platform/db/entities/schedule.entity.js';
import type { KnownCadence } from './schedule.store.js';

export interface TickToFire extends KnownCadence {
  /** All members up to this one have their answer. */
  fired_through: string | null;
  too_late: boolean;
}

export const TICK_TO_FIRE = `
  SELECT *, horizon, firing_at < horizon - $3 * interval '1 second' AS too_late
    FROM cadences, greatest(clock_timestamp(), $2::timestamptz) AS horizon WHERE id = $1 FOR UPDATE OF cadences`;

/** Locks the cadence and returns it with the moment up to which its ticks are due; null if it was deleted. */
export async function lockTickToFire(
  tx: EntityManager,
  id: string,
  scheduled_at: Date | null,
  catch_up_seconds: number,
): Promise<(TickToFire & { horizon: Date }) | null> {
  const parameters = [id, scheduled_at, catch_up_seconds];
  const [cadence]: (TickToFire & { horizon: Date })[] = await tx.query(TICK_TO_FIRE, parameters);
  return cadence ?? null;
}

/** Begins a tick, or with null records that none is due. */
export async function beginTick(
  tx: EntityManager,
  id: string,
  firing_at: Date | null,
  next_at: Date | null,
): Promise<void> {
  await tx.getRepository(CadenceRow).update({ id }, { firing_at, fired_through: null, next_at });
}

export async function setFiredThrough(tx: EntityManager, id: string, schedule_id: string): Promise<void> {
  await tx.getRepository(CadenceRow).update({ id }, { fired_through: schedule_id });
}

const END_TICK = `
  UPDATE cadences SET accounted_until = greatest(accounted_until, $2), firing_at = NULL, fired_through = NULL
   WHERE id = $1 AND firing_at = $2`;

export async function endTick(db: DataSource, id: string, firing_at: Date): Promise<void> {
  await db.query(END_TICK, [id, firing_at]);
}
