import type { EntityManager } from 'typeorm';

export interface WorkspaceRetention {
  REVISION_RETENTION_DAYS: number;
  PROPOSAL_RETENTION_DAYS: number;
  RAW_EVENT_RETENTION_DAYS: number;
}

const BATCH = 1000;

/** Deletes what nothing stands on any more, a batch at a time; 0 days keep everything of that kind. */
export async function pruneWorkspace(db: EntityManager, days: WorkspaceRetention): Promise<number> {
  let pruned = 0;
  for (const [statement, kept] of [
    [OLD_DOC_REVISIONS, days.REVISION_RETENTION_DAYS],
    [OLD_MEMORY_REVISIONS, days.REVISION_RETENTION_DAYS],
    [OLD_PROPOSALS, days.PROPOSAL_RETENTION_DAYS],
    [OLD_RAW_EVENTS, days.RAW_EVENT_RETENTION_DAYS],
  ] as const)
    if (kept > 0) pruned += await inBatches(db, statement, kept);
  return pruned;
}

export async function inBatches(db: EntityManager, statement: string, days: number): Promise<number> {
  for (let deleted = 0; ; ) {
    const [, count]: [unknown, number] = await db.query(statement, [days, BATCH]);
    deleted += count;
    if (count < BATCH) return deleted;
  }
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
