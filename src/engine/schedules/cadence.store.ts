import { type DataSource, type EntityManager, IsNull, Not } from 'typeorm';
import { type Cadence, CadenceRow } from '../../platform/db/entities/schedule.entity.js';
import type { KnownCadence } from './schedule.store.js';

const SET_ACCOUNTED = `
  UPDATE cadences SET accounted_until = $2, next_at = $3 WHERE id = $1 AND accounted_until < $2`;

/** Records that every tick up to this moment has its answer. */
export async function setAccounted(
  db: DataSource | EntityManager,
  id: string,
  until: Date,
  next_at: Date | null,
): Promise<void> {
  await db.query(SET_ACCOUNTED, [id, until, next_at]);
}

/** Takes $1, the ids of cadences; null stands for all. */
const AMONG = '($1::uuid[] IS NULL OR id = ANY($1))';

const SET_OFF = `UPDATE cadences SET off_since = clock_timestamp() WHERE off_since IS NULL AND ${AMONG}`;

/** Records that background work is off for these cadences from now on, unless it is off already. */
export async function setOff(tx: EntityManager, among: string[] | null): Promise<void> {
  await tx.query(SET_OFF, [among]);
}

const LOCK_OFF = `
  SELECT *, clock_timestamp() AS now FROM cadences WHERE off_since IS NOT NULL AND ${AMONG} ORDER BY id FOR UPDATE`;

/** Locks and returns the cadences for which background work is off. */
export function lockOff(
  tx: EntityManager,
  among: string[] | null,
): Promise<(KnownCadence & { now: Date })[]> {
  return tx.query(LOCK_OFF, [among]);
}

const SET_ON = `UPDATE cadences SET off_since = NULL WHERE off_since IS NOT NULL AND ${AMONG}`;

export async function setOn(tx: EntityManager, among: string[] | null): Promise<void> {
  await tx.query(SET_ON, [among]);
}

export interface CadenceToSync {
  id: string;
  spec: Cadence;
  wanted: string | null;
}

const CADENCES_TO_PLAN = `
  SELECT c.id, c.spec, c.wanted,
         EXISTS (SELECT FROM schedule_periods p WHERE p.cadence_id = c.id AND p.until IS NULL) AS followed
    FROM cadences c WHERE $1::uuid[] IS NULL OR c.id = ANY($1) ORDER BY c.id`;

export function cadencesToPlan(
  tx: EntityManager,
  cadences: string[] | 'all',
): Promise<(CadenceToSync & { followed: boolean })[]> {
  return tx.query(CADENCES_TO_PLAN, [cadences === 'all' ? null : cadences]);
}

const SET_WANTED = `
  UPDATE cadences c SET wanted = w.wanted, refused = NULL
    FROM jsonb_to_recordset($1::jsonb) AS w(id uuid, wanted text) WHERE c.id = w.id`;

export async function setWanted(
  tx: EntityManager,
  cadences: readonly { id: string; wanted: string | null }[],
): Promise<void> {
  await tx.query(SET_WANTED, [JSON.stringify(cadences)]);
}

const UNTOLD_CADENCES = `
  SELECT id, spec, wanted FROM cadences WHERE wanted IS DISTINCT FROM told AND refused IS NULL ORDER BY id`;

/** Returns the cadences whose Schedule in Temporal is not the desired one. */
export function untoldCadences(db: DataSource): Promise<CadenceToSync[]> {
  return db.query(UNTOLD_CADENCES);
}

export type ToldCadence = Pick<CadenceRow, 'id' | 'told' | 'refused'>;

const SET_TOLD = `
  UPDATE cadences c SET told = t.told, refused = t.refused
    FROM jsonb_to_recordset($1::jsonb) AS t(id uuid, told text, refused text) WHERE c.id = t.id`;

export async function setTold(db: DataSource, cadences: readonly ToldCadence[]): Promise<void> {
  await db.query(SET_TOLD, [JSON.stringify(cadences)]);
}

/** Records that Temporal has lost the Schedule of the cadence. */
export async function setUntold(db: DataSource, id: string): Promise<void> {
  await db.getRepository(CadenceRow).update({ id }, { told: null });
}

const SYNC_AGAIN = `
  UPDATE cadences SET told = NULL, refused = NULL
   WHERE refused IS NOT NULL OR (told IS NOT NULL AND NOT id = ANY($1))`;

/** Forgets refused Schedules and those that Temporal does not keep, so that they are sent again. */
export async function forgetTold(db: DataSource, kept: readonly string[]): Promise<void> {
  await db.query(SYNC_AGAIN, [kept]);
}

/** Returns the ids of the cadences that should have a Schedule in Temporal. */
export async function wantedCadences(db: DataSource): Promise<string[]> {
  const rows = await db
    .getRepository(CadenceRow)
    .find({ select: { id: true }, where: { wanted: Not(IsNull()) } });
  return rows.map(({ id }) => id);
}

/** Returns the cadences whose ticks are expected. */
export function cadencesInUse(db: DataSource): Promise<Pick<CadenceRow, 'id' | 'spec'>[]> {
  const where = { wanted: Not(IsNull()), off_since: IsNull() };
  return db.getRepository(CadenceRow).find({ select: { id: true, spec: true }, where });
}

export interface Todo {
  changed: boolean;
  untold: boolean;
  overdue: string[];
}

export const TODO = `
  SELECT EXISTS (SELECT FROM schedule_changes) AS changed,
         EXISTS (SELECT FROM cadences WHERE wanted IS DISTINCT FROM told AND refused IS NULL) AS untold,
         ARRAY(SELECT id FROM cadences
                WHERE next_at < now() - interval '15 seconds' AND wanted IS NOT NULL AND off_since IS NULL) AS overdue`;

/** Reads all work of the reconciler in one query. */
export async function readTodo(db: DataSource): Promise<Todo> {
  const [todo]: [Todo] = await db.query(TODO);
  return todo;
}
