import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Checkin, DailySession } from '../../platform/db/entities/daily.entity.js';
import type { ProjectPlace, WritingRun } from '../place.js';

/** A session as it is stored; `parts` is what agents left in it. */
export type Session = Omit<DailySession, 'organisation_id' | 'pulse' | 'review' | 'scan'>;
export type ShownCheckin = Omit<Checkin, 'organisation_id'> & { day: string };

const SESSION = 'id, project_id, user_id, day::text AS day, plan, parts, updated_at';

const DAY_AT = `
  SELECT ($3::timestamptz AT TIME ZONE time_zone)::date::text AS day FROM projects WHERE organisation_id = $1 AND id = $2`;

const OPEN_SESSIONS = `
  INSERT INTO daily_sessions (id, organisation_id, project_id, user_id, day)
  SELECT u.id, $1, $2, u.user_id, $5 FROM unnest($3::uuid[], $4::uuid[]) AS u(id, user_id)
  ON CONFLICT (project_id, user_id, day) DO NOTHING`;

const SESSIONS = (lock: 'FOR UPDATE' | '') => `
  SELECT ${SESSION} FROM daily_sessions
   WHERE organisation_id = $1 AND project_id = $2 AND user_id = ANY ($3::uuid[]) AND day = $4
   ORDER BY user_id ${lock}`;

/** Returns the session of each person for the day at `moment` by the project's clock; missing sessions are made. */
export async function sessionsOf(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  user_ids: readonly string[],
  moment: Date,
  lock: 'FOR UPDATE' | '' = '',
): Promise<Session[]> {
  // The day is read once: the project's zone may change between two statements.
  const [date]: { day: string }[] = await tx.query(DAY_AT, [organisation_id, project_id, moment]);
  if (!date) throw new Error(`there is no project ${project_id}`);
  const scope = [organisation_id, project_id];
  await tx.query(OPEN_SESSIONS, [...scope, user_ids.map(() => uuidv7()), user_ids, date.day]);
  const sessions: Session[] = await tx.query(SESSIONS(lock), [...scope, user_ids, date.day]);
  if (sessions.length !== user_ids.length) throw new Error('the sessions were written and are not there');
  return sessions;
}

export async function sessionOf(
  tx: EntityManager,
  place: ProjectPlace,
  user_id: string,
  moment: Date,
  lock: 'FOR UPDATE' | '' = '',
): Promise<Session> {
  const [session] = await sessionsOf(tx, place, [user_id], moment, lock);
  return session as Session;
}

export async function setPlan(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  session_id: string,
  plan: string | null,
): Promise<void> {
  const where = { id: session_id, organisation_id, project_id };
  const change = { plan, updated_at: () => 'clock_timestamp()' };
  const { affected } = await tx.getRepository(DailySession).update(where, change);
  if (affected === 0) throw new Error(`there is no daily session ${session_id}`);
}

const CHECKIN = 'id, project_id, session_id, user_id, body, coaching, run_id, models, at';

const INSERT_CHECKIN = `
  INSERT INTO checkins (id, organisation_id, project_id, session_id, user_id, body, at)
  VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${CHECKIN}`;

/** A check-in is dated as its session is, whatever the database's clock says. */
export async function addCheckin(
  tx: EntityManager,
  place: ProjectPlace,
  user_id: string,
  body: string,
  moment: Date,
): Promise<ShownCheckin> {
  const session = await sessionOf(tx, place, user_id, moment);
  const [checkin]: ShownCheckin[] = await tx.query(INSERT_CHECKIN, [
    uuidv7(),
    place.organisation_id,
    place.project_id,
    session.id,
    user_id,
    body,
    moment,
  ]);
  if (!checkin) throw new Error('the check-in was written and is not there');
  return { ...checkin, day: session.day };
}

export async function setCoaching(
  tx: EntityManager,
  { organisation_id, project_id, run_id, models }: WritingRun,
  checkin_id: string,
  coaching: string,
): Promise<void> {
  const where = { id: checkin_id, organisation_id, project_id };
  const { affected } = await tx.getRepository(Checkin).update(where, { coaching, run_id, models });
  if (affected === 0) throw new Error(`there is no check-in ${checkin_id}`);
}

const LIST_SESSIONS = `
  SELECT ${SESSION} FROM daily_sessions
   WHERE organisation_id = $1 AND project_id = $2 AND user_id = $3 AND ($4::date IS NULL OR day < $4)
   ORDER BY daily_sessions.day DESC LIMIT $5`;

/** Returns the newest sessions first. */
export function listSessions(
  db: DataSource,
  { organisation_id, project_id }: ProjectPlace,
  user_id: string,
  { before, limit }: { before?: string | undefined; limit: number },
): Promise<Session[]> {
  return db.query(LIST_SESSIONS, [organisation_id, project_id, user_id, before ?? null, limit]);
}

const LIST_CHECKINS = `
  SELECT c.id, c.project_id, c.session_id, s.day::text AS day, c.user_id, c.body, c.coaching, c.run_id, c.models, c.at
    FROM checkins c JOIN daily_sessions s ON s.id = c.session_id
   WHERE s.organisation_id = $1 AND s.project_id = $2 AND s.user_id = $3
     AND ($4::date IS NULL OR s.day = $4) AND ($5::uuid IS NULL OR c.id < $5)
   ORDER BY c.id DESC LIMIT $6`;

interface CheckinsPage {
  day?: string | undefined;
  before?: string | undefined;
  limit: number;
}

/** Returns the newest check-ins first. */
export function listCheckins(
  db: DataSource,
  { organisation_id, project_id }: ProjectPlace,
  user_id: string,
  { day, before, limit }: CheckinsPage,
): Promise<ShownCheckin[]> {
  const values = [organisation_id, project_id, user_id, day ?? null, before ?? null, limit];
  return db.query(LIST_CHECKINS, values);
}
