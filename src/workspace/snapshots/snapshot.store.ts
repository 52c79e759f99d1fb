import type { DataSource, EntityManager } from 'typeorm';
import { SnapshotRow, type SnapshotStatus } from '../../platform/db/entities/snapshot.entity.js';
import type { ProjectPlace, WritingRun } from '../place.js';
import type { Numbers } from './numbers.store.js';

export type Snapshot = Omit<SnapshotRow, 'organisation_id'>;

interface Draft {
  title?: string;
  body: string;
  numbers: Numbers;
}

const SNAPSHOT = `id, project_id, title, from_day::text AS from_day, to_day::text AS to_day, status, body, numbers,
  version, requested_by, run_id, models, created_at, published_at`;

/** This title stands until somebody gives a better one. */
export function periodTitle(from_day: string, to_day: string): string {
  return `${from_day} – ${to_day}`;
}

const FIND_SNAPSHOT = `SELECT ${SNAPSHOT} FROM snapshots WHERE id = $1 AND organisation_id = $2`;

export async function findSnapshot(
  db: DataSource | EntityManager,
  { organisation_id }: Pick<ProjectPlace, 'organisation_id'>,
  id: string,
  lock: 'FOR UPDATE' | '' = '',
): Promise<Snapshot | null> {
  const [snapshot]: Snapshot[] = await db.query(`${FIND_SNAPSHOT} ${lock}`, [id, organisation_id]);
  return snapshot ?? null;
}

const DRAFT_SNAPSHOT = `
  UPDATE snapshots SET status = 'draft', title = coalesce($4, title), body = $5, numbers = $6::jsonb, run_id = $7,
         models = $8, version = version + 1
   WHERE id = $1 AND organisation_id = $2 AND project_id = $3 AND status IN ('requested', 'draft')
     AND (run_id IS DISTINCT FROM $7 OR body IS DISTINCT FROM $5)`;

/** Answers with the version to propose. The same draft of the same run is written once. */
export async function draftSnapshot(
  tx: EntityManager,
  { organisation_id, project_id, run_id, models }: WritingRun,
  id: string,
  { title, body, numbers }: Draft,
): Promise<number> {
  await tx.query(DRAFT_SNAPSHOT, [
    id,
    organisation_id,
    project_id,
    title ?? null,
    body,
    JSON.stringify(numbers),
    run_id,
    models,
  ]);
  const snapshot = await tx.getRepository(SnapshotRow).findOneBy({ id, organisation_id, project_id });
  if (snapshot?.run_id !== run_id) throw new Error(`there is no snapshot ${id} to draft`);
  return snapshot.version;
}

const END_DRAFT = `
  UPDATE snapshots SET status = $5, version = version + 1,
         published_at = CASE WHEN $5 = 'published' THEN clock_timestamp() END
   WHERE id = $1 AND organisation_id = $2 AND project_id = $3 AND version = $4 AND status = 'draft' RETURNING version`;

/** Ends a reviewed draft; returns null if it is no draft any more, or has another version. */
export async function endDraft(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  { id, version }: Pick<Snapshot, 'id' | 'version'>,
  status: Extract<SnapshotStatus, 'published' | 'rejected'>,
): Promise<number | null> {
  const [[ended]] = await tx.query(END_DRAFT, [id, organisation_id, project_id, version, status]);
  return ended?.version ?? null;
}

const LIST_SNAPSHOTS = `
  SELECT ${SNAPSHOT} FROM snapshots
   WHERE organisation_id = $1 AND project_id = $2 AND ($3::text IS NULL OR status = $3) AND ($4::uuid IS NULL OR id < $4)
   ORDER BY id DESC LIMIT $5`;

interface SnapshotsPage {
  status?: SnapshotStatus | undefined;
  before?: string | undefined;
  limit: number;
}

/** Returns the newest snapshots first. */
export function listSnapshots(
  db: DataSource,
  { organisation_id, project_id }: ProjectPlace,
  { status, before, limit }: SnapshotsPage,
): Promise<Snapshot[]> {
  return db.query(LIST_SNAPSHOTS, [organisation_id, project_id, status ?? null, before ?? null, limit]);
}

type RequestedSnapshot = Pick<
  SnapshotRow,
  'id' | 'organisation_id' | 'project_id' | 'title' | 'from_day' | 'to_day' | 'requested_by'
>;

export async function insertSnapshot(tx: EntityManager, snapshot: RequestedSnapshot): Promise<void> {
  await tx.getRepository(SnapshotRow).insert({ ...snapshot, status: 'requested' });
}
