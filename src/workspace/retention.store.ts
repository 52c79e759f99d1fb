import type { EntityManager } from 'typeorm';
import { deleteInBatches } from '../platform/db/delete-in-batches.js';

interface WorkspaceRetention {
  REVISION_RETENTION_DAYS: number;
  PROPOSAL_RETENTION_DAYS: number;
  RAW_EVENT_RETENTION_DAYS: number;
}

/** Deletes what nothing stands on any more; 0 days keep everything of that kind. */
export async function pruneWorkspace(db: EntityManager, days: () => WorkspaceRetention): Promise<number> {
  const revisions = () => days().REVISION_RETENTION_DAYS;
  return (
    (await deleteInBatches(db, OLD_DOC_REVISIONS, revisions)) +
    (await deleteInBatches(db, OLD_MEMORY_REVISIONS, revisions)) +
    (await deleteInBatches(db, OLD_PROPOSALS, () => days().PROPOSAL_RETENTION_DAYS)) +
    (await deleteInBatches(db, OLD_RAW_EVENTS, () => days().RAW_EVENT_RETENTION_DAYS))
  );
}

/** The present revision stays, the one that was reviewed last, and those that a waiting proposal was made for. */
const OLD_DOC_REVISIONS = `
  DELETE FROM doc_revisions WHERE (doc_id, revision) IN (
    SELECT v.doc_id, v.revision FROM doc_revisions v JOIN docs d ON d.id = v.doc_id
     WHERE v.at < now() - $1 * interval '1 day' AND v.revision < d.revision
       AND v.revision IS DISTINCT FROM d.reviewed_revision
       AND NOT EXISTS (SELECT FROM proposals p WHERE p.status = 'pending' AND p.target_type = 'doc' AND p.target_id = d.id
                         AND p.target_version = v.revision)
     LIMIT $2)`;

/** The present revision stays, and those that an accepted proposal made: they say which model a memory is from. */
const OLD_MEMORY_REVISIONS = `
  DELETE FROM memory_revisions WHERE (memory_id, version) IN (
    SELECT v.memory_id, v.version FROM memory_revisions v JOIN memories m ON m.id = v.memory_id
     WHERE v.at < now() - $1 * interval '1 day' AND v.version < m.version AND v.proposal_id IS NULL LIMIT $2)`;

/** Accepted proposals label what they made, and rejected ones keep the same suggestion from coming back: both stay. */
const OLD_PROPOSALS = `
  DELETE FROM proposals WHERE id IN (
    SELECT id FROM proposals WHERE status IN ('superseded', 'expired') AND decided_at < now() - $1 * interval '1 day' LIMIT $2)`;

/** An event that messages belong to is part of their conversation. */
const OLD_RAW_EVENTS = `
  DELETE FROM raw_events WHERE id IN (
    SELECT e.id FROM raw_events e WHERE e.at < now() - $1 * interval '1 day'
       AND NOT EXISTS (SELECT FROM messages m WHERE m.raw_event_id = e.id) LIMIT $2)`;
