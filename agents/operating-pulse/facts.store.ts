import type { EntityManager } from 'typeorm';
import { NOT_INTERNAL } from '../../src/workspace/threads/message.sql.js';
import type { WorkingRun } from '../../src/workspace/work/agent-work.js';
import { ticketKey } from '../../workflows/contract/ticket.js';
import type { WorkspaceChanges, WorkspaceCounts } from './contract.js';

const MOST_LISTED = 10;

interface Span {
  since: string;
  until: string;
}

/** Takes the organisation, the project, and the moments from and to which: $1 to $4. */
const WITHIN = (column: string) =>
  `organisation_id = $1 AND project_id = $2 AND ${column} > $3::timestamptz AND ${column} <= $4::timestamptz`;

const COUNTS = `
  SELECT t.*, (SELECT count(*)::int FROM docs WHERE ${WITHIN('updated_at')}) AS docs_written,
         (SELECT count(*)::int FROM messages WHERE ${WITHIN('at')} AND ${NOT_INTERNAL('messages')}) AS messages,
         (SELECT count(*)::int FROM checkins WHERE ${WITHIN('at')} AND user_id = $5) AS checkins
    FROM (SELECT count(*)::int AS tickets_changed, (count(*) FILTER (WHERE status = 'blocked'))::int AS tickets_blocked
            FROM tickets WHERE ${WITHIN('updated_at')}) t`;

export async function workspaceCountsOf(
  tx: EntityManager,
  run: WorkingRun,
  { since, until }: Span,
): Promise<WorkspaceCounts> {
  const [counts] = await tx.query(COUNTS, [run.organisation_id, run.project_id, since, until, run.user_id]);
  return counts;
}

const CHANGED_TICKETS = `
  SELECT number, left(title, 100) AS title, status FROM tickets WHERE ${WITHIN('updated_at')}
   ORDER BY status = 'blocked' DESC, updated_at DESC LIMIT ${MOST_LISTED}`;

const CHANGED_DOCS = `
  SELECT left(title, 100) AS title FROM docs WHERE ${WITHIN('updated_at')}
   ORDER BY updated_at DESC LIMIT ${MOST_LISTED}`;

/** Reads the changes by people in the project in a span, and the latest of them. */
export async function workspaceChanges(
  tx: EntityManager,
  run: WorkingRun,
  span: Span,
): Promise<WorkspaceChanges> {
  const at = [run.organisation_id, run.project_id, span.since, span.until];
  const counts = await workspaceCountsOf(tx, run, span);
  const tickets = await tx.query(CHANGED_TICKETS, at);
  const docs = await tx.query(CHANGED_DOCS, at);
  return {
    counts,
    tickets: tickets.map(({ number, ...ticket }: { number: number }) => ({
      key: ticketKey(number),
      ...ticket,
    })),
    docs,
  };
}
