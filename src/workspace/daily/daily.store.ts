import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Checkin, DailySession } from '../../platform/db/entities/daily.entity.js';
import type { ProjectPlace, WritingRun } from '../place.js';

export type Session = Omit<DailySession, 'organisation_id'>;
export type ShownCheckin = Omit<Checkin, 'organisation_id'> & { day: string };

const OPEN_SESSION = `
  INSERT INTO daily_sessions (id, organisation_id, project_id, user_id, day) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (project_id, user_id, day) DO NOTHING`;

/** The session of the day that it is at `moment` by the project’s clock; made where there is none yet. */
export async function sessionOf(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  user_id: string,
  moment: Date,
  lock: 'FOR UPDATE' | '' = '',
): Promise<Session> {
  const [place] = await tx.query(
    `SELECT ($3::timestamptz AT TIME ZONE time_zone)::date::text AS day FROM projects WHERE organisation_id = $1 AND id = $2`,
    [organisation_id, project_id, moment],
  );
  if (!place) throw new Error(`there is no project ${project_id}`);
  await tx.query(OPEN_SESSION, [uuidv7(), organisation_id, project_id, user_id, place.day]);
  const [session]: Session[] = await tx.query(
    `SELECT ${SESSION} FROM daily_sessions
      WHERE organisation_id = $1 AND project_id = $2 AND user_id = $3 AND day = $4 ${lock}`,
    [organisation_id, project_id, user_id, place.day],
  );
  if (!session) throw new Error('the session was written and is not there');
  return session;
}

export function setPlan(tx: EntityManager, place: ProjectPlace, session_id: string, plan: string | null) {
  return set(tx, place, session_id, 'plan', plan);
}

export function setPulse(tx: EntityManager, run: WritingRun, session_id: string, pulse: object) {
  return set(tx, run, session_id, 'pulse', labelled(run, pulse));
}

export function setReview(tx: EntityManager, run: WritingRun, session_id: string, review: object) {
  return set(tx, run, session_id, 'review', labelled(run, review));
}

const SET_SCANS = `
  INSERT INTO daily_sessions AS s (id, organisation_id, project_id, user_id, day, scan)
  SELECT u.id, p.organisation_id, p.id, u.user_id, ($5::timestamptz AT TIME ZONE p.time_zone)::date, $6::jsonb
    FROM projects p, unnest($3::uuid[], $4::uuid[]) AS u(id, user_id)
   WHERE p.organisation_id = $1 AND p.id = $2
  ON CONFLICT (project_id, user_id, day) DO UPDATE SET scan = excluded.scan, updated_at = clock_timestamp()
   WHERE $7 OR coalesce(jsonb_array_length(s.scan->'found'), 0) = 0`;

/**
 * Writes the scan into the day at `moment` of each of these people. Without news, the findings of an earlier scan of
 * the day stay.
 */
export async function setScans(
  tx: EntityManager,
  run: WritingRun,
  user_ids: readonly string[],
  moment: Date,
  scan: object,
  news: boolean,
): Promise<void> {
  await tx.query(SET_SCANS, [
    run.organisation_id,
    run.project_id,
    user_ids.map(() => uuidv7()),
    user_ids,
    moment,
    labelled(run, scan),
    news,
  ]);
}

/** A part that an earlier run wrote keeps its label. */
function labelled({ run_id, models }: WritingRun, part: object): string {
  return JSON.stringify({ run_id, models, ...part });
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

export const SESSION = 'id, project_id, user_id, day::text AS day, plan, pulse, review, scan, updated_at';

async function set(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  session_id: string,
  part: 'plan' | 'pulse' | 'review',
  value: string | null,
): Promise<void> {
  const [, changed] = await tx.query(
    `UPDATE daily_sessions SET ${part} = $4, updated_at = clock_timestamp()
      WHERE id = $1 AND organisation_id = $2 AND project_id = $3`,
    [session_id, organisation_id, project_id, value],
  );
  if (changed === 0) throw new Error(`there is no daily session ${session_id}`);
}
