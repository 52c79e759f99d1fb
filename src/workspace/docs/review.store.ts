import { ApplicationFailure } from '@temporalio/common';
import type { EntityManager } from 'typeorm';
import type { Doc } from '../../platform/db/entities/doc.entity.js';
import type { WorkingRun } from '../work/agent-work.js';

/** The run’s doc, in its own project. */
export async function docOf(tx: EntityManager, run: WorkingRun, lock: 'FOR UPDATE' | '' = ''): Promise<Doc> {
  const { doc_id } = run.input as { doc_id: string };
  const [doc]: Doc[] = await tx.query(
    `SELECT * FROM docs WHERE id = $1 AND organisation_id = $2 AND project_id = $3 ${lock}`,
    [doc_id, run.organisation_id, run.project_id],
  );
  if (!doc) throw ApplicationFailure.nonRetryable(`There is no doc ${doc_id}.`, 'not_found');
  return doc;
}

/** Returns the doc's text at a revision; null if it never had that revision. */
export async function docTextAt(
  tx: EntityManager,
  { id }: Doc,
  revision: number | null,
): Promise<{ title: string; body: string } | null> {
  const [text]: { title: string; body: string }[] = await tx.query(
    `SELECT title, body FROM doc_revisions WHERE doc_id = $1 AND revision = $2`,
    [id, revision],
  );
  return text ?? null;
}

/** Null forgets the review of the doc. */
export async function setReviewed(
  tx: EntityManager,
  { id, organisation_id }: Doc,
  revision: number | null,
): Promise<void> {
  await tx.query(`UPDATE docs SET reviewed_revision = $3 WHERE id = $1 AND organisation_id = $2`, [
    id,
    organisation_id,
    revision,
  ]);
}

const COUNTS = `
  SELECT (SELECT count(*)::int FROM chunks WHERE source_type = 'doc' AND source_id = $1 AND organisation_id = $2) AS chunks,
         (SELECT count(*)::int FROM links WHERE doc_id = $1 AND organisation_id = $2) AS references`;

export async function countsOf(
  tx: EntityManager,
  { id, organisation_id }: Doc,
): Promise<{ chunks: number; references: number }> {
  const [counts] = await tx.query(COUNTS, [id, organisation_id]);
  return counts;
}
