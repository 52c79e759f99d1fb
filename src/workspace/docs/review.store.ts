import { ApplicationFailure } from '@temporalio/common';
import type { EntityManager } from 'typeorm';
import { Doc, DocRevision } from '../../platform/db/entities/doc.entity.js';
import type { WorkingRun } from '../work/agent-work.js';

/** The run's doc, in its own project. */
export async function docOf(tx: EntityManager, run: WorkingRun, lock: 'FOR UPDATE' | '' = ''): Promise<Doc> {
  const { doc_id } = run.input as { doc_id: string };
  const { organisation_id, project_id } = run;
  const where = { id: doc_id, organisation_id, project_id };
  const doc = await tx
    .getRepository(Doc)
    .findOne({ where, ...(lock ? { lock: { mode: 'pessimistic_write' } } : {}) });
  if (!doc) throw ApplicationFailure.nonRetryable(`There is no doc ${doc_id}.`, 'not_found');
  return doc;
}

/** Returns the doc's text at a revision; null if it never had that revision. */
export async function docTextAt(
  tx: EntityManager,
  { id }: Doc,
  revision: number | null,
): Promise<{ title: string; body: string } | null> {
  if (revision === null) return null;
  return tx.getRepository(DocRevision).findOneBy({ doc_id: id, revision });
}

/** Null forgets the review of the doc. */
export async function setReviewed(
  tx: EntityManager,
  { id, organisation_id }: Doc,
  revision: number | null,
): Promise<void> {
  await tx.getRepository(Doc).update({ id, organisation_id }, { reviewed_revision: revision });
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
