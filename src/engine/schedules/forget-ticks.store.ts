import type { DataSource } from 'typeorm';

const DELETE_SCHEDULES = `
  DELETE FROM schedules s WHERE s.cadence_id IS NULL
     AND NOT EXISTS (SELECT FROM schedule_periods p WHERE p.schedule_id = s.id)`;

const DELETE_CADENCES = `
  DELETE FROM cadences c WHERE c.told IS NULL AND c.wanted IS NULL AND c.created_at < now() - interval '1 day'
     AND NOT EXISTS (SELECT FROM schedule_periods p WHERE p.cadence_id = c.id)
     AND NOT EXISTS (SELECT FROM schedules s WHERE s.cadence_id = c.id)`;

/** The ledger reaches as far back as the runs that it names. */
export async function forgetTicks(db: DataSource, days: number): Promise<void> {
  if (days === 0) return;
  const old = [days];
  await db.query(`DELETE FROM tick_spans WHERE last_tick < now() - $1 * interval '1 day'`, old);
  await db.query(`DELETE FROM schedule_events WHERE at < now() - $1 * interval '1 day'`, old);
  await db.query(`DELETE FROM schedule_periods WHERE until < now() - $1 * interval '1 day'`, old);
  await db.query(DELETE_SCHEDULES);
  await db.query(DELETE_CADENCES);
}
