import { type DataSource, type EntityManager, Not } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { EpicRow, type EpicStatus, RoadmapRow } from '../../platform/db/entities/roadmap.entity.js';
import type { ProjectPlace } from '../place.js';
import { MODELS_OF } from '../proposals/models-of.sql.js';

export type Epic = Omit<EpicRow, 'organisation_id'> & { models: string[] };
type Roadmap = Omit<RoadmapRow, 'organisation_id' | 'updated_at'> & {
  updated_at: Date | null;
  models: string[];
};

interface NewEpic {
  title: string;
  goal: string;
  status?: EpicStatus | undefined;
  position?: number | undefined;
  ticket_ids: string[];
}

const EPIC = `id, project_id, title, goal, status, position, ticket_ids, version, created_at, updated_at,
  ${MODELS_OF('epics', `(p.change->>'title' = epics.title OR p.change->>'goal' = epics.goal)`)} AS models`;

const ROADMAP = `
  SELECT project_id, summary, version, updated_by, updated_at,
         ${MODELS_OF('roadmaps', `p.change->>'summary' = roadmaps.summary`)} AS models
    FROM (SELECT *, project_id AS id FROM roadmaps) roadmaps WHERE organisation_id = $1 AND project_id = $2`;

/** A roadmap that nobody has written is empty, at version 0. */
export async function roadmapOf(
  db: DataSource | EntityManager,
  { organisation_id, project_id }: ProjectPlace,
): Promise<Roadmap> {
  const [roadmap]: Roadmap[] = await db.query(ROADMAP, [organisation_id, project_id]);
  return roadmap ?? { project_id, summary: '', version: 0, updated_by: null, updated_at: null, models: [] };
}

const INSERT_ROADMAP = `
  INSERT INTO roadmaps (project_id, organisation_id, summary, version) VALUES ($1, $2, '', 0) ON CONFLICT DO NOTHING`;

/** Returns the roadmap's version; until the transaction ends nobody else writes it. */
export async function lockRoadmap(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
): Promise<number> {
  await tx.query(INSERT_ROADMAP, [project_id, organisation_id]);
  const where = { organisation_id, project_id };
  const lock = { mode: 'pessimistic_write' } as const;
  const { version } = await tx.getRepository(RoadmapRow).findOneOrFail({ where, lock });
  return version;
}

const WRITE_SUMMARY = `
  UPDATE roadmaps SET summary = $3, version = version + 1, updated_by = $4, updated_at = clock_timestamp()
   WHERE organisation_id = $1 AND project_id = $2 RETURNING version`;

/** The caller has locked the roadmap. */
export async function writeSummary(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  summary: string,
  by: string | null,
): Promise<number> {
  const [[{ version }]] = await tx.query(WRITE_SUMMARY, [organisation_id, project_id, summary, by]);
  return version;
}

const ADD_EPIC = `
  INSERT INTO epics (id, organisation_id, project_id, title, goal, status, position, ticket_ids)
  VALUES ($1, $2, $3, $4, $5, $6,
    coalesce($7, (SELECT max(position) FROM epics WHERE organisation_id = $2 AND project_id = $3) + 1, 1), $8)
  RETURNING ${EPIC}`;

/** The last of the roadmap, unless it has a position. */
export async function addEpic(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  { title, goal, status = 'planned', position, ticket_ids }: NewEpic,
): Promise<Epic> {
  const [epic]: Epic[] = await tx.query(ADD_EPIC, [
    uuidv7(),
    organisation_id,
    project_id,
    title,
    goal,
    status,
    position ?? null,
    ticket_ids,
  ]);
  if (!epic) throw new Error('the epic was written and is not there');
  return epic;
}

const UNKNOWN_TICKETS = `
  SELECT id FROM unnest($3::uuid[]) AS wanted (id)
   WHERE NOT EXISTS (SELECT FROM tickets t WHERE t.id = wanted.id AND t.organisation_id = $1 AND t.project_id = $2)`;

/** Returns those of `ids` that are no tickets of the project. */
export async function unknownTickets(
  db: DataSource | EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  ids: string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows: { id: string }[] = await db.query(UNKNOWN_TICKETS, [organisation_id, project_id, ids]);
  return rows.map(({ id }) => id);
}

const LIST_EPICS = `
  SELECT ${EPIC} FROM epics
   WHERE organisation_id = $1 AND project_id = $2 AND ($3 OR status <> 'dropped')
     AND ($4::uuid IS NULL OR (position, id) > (
       SELECT e.position, e.id FROM epics e WHERE e.organisation_id = $1 AND e.project_id = $2 AND e.id = $4))
   ORDER BY position, id LIMIT $5`;

interface EpicsQuery {
  dropped: boolean;
  after?: string | undefined;
  limit: number;
}

/** Returns the epics after `after`, ordered by position. */
export function listEpics(
  db: DataSource,
  { organisation_id, project_id }: ProjectPlace,
  { dropped, after, limit }: EpicsQuery,
): Promise<Epic[]> {
  return db.query(LIST_EPICS, [organisation_id, project_id, dropped, after ?? null, limit]);
}

const LOCK_EPIC = `SELECT ${EPIC} FROM epics WHERE id = $1 AND organisation_id = $2 FOR UPDATE`;

export async function lockEpic(tx: EntityManager, organisation_id: string, id: string): Promise<Epic | null> {
  const [epic]: Epic[] = await tx.query(LOCK_EPIC, [id, organisation_id]);
  return epic ?? null;
}

const UPDATE_EPIC = `
  UPDATE epics SET title = $3, goal = $4, status = $5, position = $6, ticket_ids = $7, version = version + 1,
         updated_at = clock_timestamp()
   WHERE id = $1 AND organisation_id = $2 RETURNING ${EPIC}`;

type ChangedEpic = Pick<
  EpicRow,
  'id' | 'organisation_id' | 'title' | 'goal' | 'status' | 'position' | 'ticket_ids'
>;

/** The caller has locked the epic. */
export async function updateEpic(tx: EntityManager, epic: ChangedEpic): Promise<Epic> {
  const { id, organisation_id, title, goal, status, position, ticket_ids } = epic;
  const parameters = [id, organisation_id, title, goal, status, position, ticket_ids];
  const [[updated]]: [[Epic]] = await tx.query(UPDATE_EPIC, parameters);
  return updated;
}

const TODAY = `
  SELECT (clock_timestamp() AT TIME ZONE time_zone)::date::text AS day FROM projects
   WHERE organisation_id = $1 AND id = $2`;

/** The day that it is now by the project's clock. */
export async function todayIn(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
): Promise<string> {
  const [{ day }]: [{ day: string }] = await tx.query(TODAY, [organisation_id, project_id]);
  return day;
}

/** Returns the titles of the epics that were not dropped. */
export async function epicTitles(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
): Promise<string[]> {
  const where = { organisation_id, project_id, status: Not<EpicStatus>('dropped') };
  const epics = await tx.getRepository(EpicRow).find({ select: { id: true, title: true }, where });
  return epics.map(({ title }) => title);
}
