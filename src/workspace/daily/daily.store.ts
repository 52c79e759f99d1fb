import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Checkin, DailySession } from '../../platform/db/entities/daily.entity.js';
import type { ProjectPlace, WritingRun } from '../place.js';

/** A session as it is stored; `parts` is what agents left in it. */
export type Session = Omit<DailySession, 'organisation_id' | 'pulse' | 'review' | 'scan'>;
export type ShownCheckin = Omit<Checkin, 'organisation_id'> & { day: string };

export const SESSION = 'id, project_id, user_id, day::text AS day, plan, parts, updated_at';

const OPEN_SESSIONS = `
  INSERT INTO daily_sessions (id, organisation_id, project_id, user_id, day)
  SELECT u.id, p.organisation_id, p.id, u.user_id, ($5::timestamptz AT TIME ZONE p.time_zone)::date
    FROM projects p, unnest($3::uuid[], $4::uuid[]) AS u(id, user_id)
   WHERE p.organisation_id = $1 AND p.id = $2
  ON CONFLICT (project_id, user_id, day) DO NOTHING`;

const SESSIONS = (lock: 'FOR UPDATE' | '') => `
  SELECT ${SESSION} FROM daily_sessions
   WHERE organisation_id = $1 AND project_id = $2 AND user_id = ANY ($3::uuid[])
     AND day = (SELECT ($4::timestamptz AT TIME ZONE time_zone)::date FROM projects WHERE organisation_id = $1 AND id = $2)
   ORDER BY user_id ${lock}`;

/** The session of each person for the day that it is at `moment` by the project’s clock; those that are missing are made. */
export async function sessionsOf(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  user_ids: readonly string[],
  moment: Date,
  lock: 'FOR UPDATE' | '' = '',
): Promise<Session[]> {
  const ids = user_ids.map(() => uuidv7());
  await tx.query(OPEN_SESSIONS, [organisation_id, project_id, ids, user_ids, moment]);
  const sessions: Session[] = await tx.query(SESSIONS(lock), [organisation_id, project_id, user_ids, moment]);
  if (sessions.length !== user_ids.length) throw new Error(`there is no project ${project_id}`);
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

const SET_PLAN = `
  UPDATE daily_sessions SET plan = $4, updated_at = clock_timestamp()
   WHERE id = $1 AND organisation_id = $2 AND project_id = $3`;

export async function setPlan(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  session_id: string,
  plan: string | null,
): Promise<void> {
  const [, changed] = await tx.query(SET_PLAN, [session_id, organisation_id, project_id, plan]);
  if (changed === 0) throw new Error(`there is no daily session ${session_id}`);
}

const CHECKIN = 'id, project_id, session_id, user_id, body, coaching, run_id, models, at';

const INSERT_CHECKIN = `
  INSERT INTO checkins (id, organisation_id, project_id, session_id, user_id, body, at)
  VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${CHECKIN}`;

/** A check-in is dated as its session is, whatever the database’s clock says. */
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
  const [, changed] = await tx.query(
    `UPDATE checkins SET coaching = $4, run_id = $5, models = $6 WHERE id = $1 AND organisation_id = $2 AND project_id = $3`,
    [checkin_id, organisation_id, project_id, coaching, run_id, models],
  );
  if (changed === 0) throw new Error(`there is no check-in ${checkin_id}`);
}
