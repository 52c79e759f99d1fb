import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { EpicRow, EpicStatus, RoadmapRow } from '../../platform/db/entities/roadmap.entity.js';
import type { ProjectPlace } from '../place.js';
import { MODELS_OF } from '../proposals/models-of.js';

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

export const EPIC = `id, project_id, title, goal, status, position, ticket_ids, version, created_at, updated_at,
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

/** Returns the roadmap's version; until the transaction ends nobody else writes it. */
export async function lockRoadmap(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
): Promise<number> {
  await tx.query(
    `INSERT INTO roadmaps (project_id, organisation_id, summary, version) VALUES ($1, $2, '', 0) ON CONFLICT DO NOTHING`,
    [project_id, organisation_id],
  );
  const [{ version }] = await tx.query(
    `SELECT version FROM roadmaps WHERE organisation_id = $1 AND project_id = $2 FOR UPDATE`,
    [organisation_id, project_id],
  );
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
