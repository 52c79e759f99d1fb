import type { EntityManager } from 'typeorm';
import { ticketKey } from '../../../workflows/contract/ticket.js';
import { type PulseShown, pulseShown, type WorkspaceChanges } from '../../../workflows/workspace/pulse.js';
import { sessionOf, setPulse } from '../daily/daily.store.js';
import { NOT_INTERNAL } from '../threads/turn.store.js';
import { defineWork, NOTHING_DELIVERED, type WorkingRun } from './agent-work.js';

const MOST_LISTED = 10;

export default defineWork({
  agent: 'operating_pulse',
  gather: { workspace: workspaceChanges },
  output: pulseShown,
  async deliver(tx, run, output) {
    if (run.user_id === null) return NOTHING_DELIVERED;
    const session = await sessionOf(tx, run, run.user_id, run.moment, 'FOR UPDATE');
    const pulse = following(session.pulse as PulseShown | null, output);
    await setPulse(tx, run, session.id, pulse);
    const href = `/api/projects/${run.project_id}/today`;
    return { ...NOTHING_DELIVERED, outputs: [{ type: 'today' as const, href, text: 'The pulse in Today' }] };
  },
});

/** Where nothing changed the pulse before stays, and reaches further; one that comes late changes nothing. */
function following(before: PulseShown | null, next: PulseShown): PulseShown {
  if (before === null) return next;
  if (Date.parse(next.until) < Date.parse(before.until)) return before;
  return next.changed ? next : { ...before, until: next.until };
}

async function workspaceChanges(
  tx: EntityManager,
  run: WorkingRun,
  { since, until }: { since: string; until: string },
): Promise<WorkspaceChanges> {
  const at = [run.organisation_id, run.project_id, since, until];
  const within = (column: string) =>
    `organisation_id = $1 AND project_id = $2 AND ${column} > $3::timestamptz AND ${column} <= $4::timestamptz`;
  const [counts] = await tx.query(
    `SELECT t.*, (SELECT count(*)::int FROM docs WHERE ${within('updated_at')}) AS docs_written,
            (SELECT count(*)::int FROM messages WHERE ${within('at')} AND ${NOT_INTERNAL('messages')}) AS messages,
            (SELECT count(*)::int FROM checkins WHERE ${within('at')} AND user_id = $5) AS checkins
       FROM (SELECT count(*)::int AS tickets_changed, (count(*) FILTER (WHERE status = 'blocked'))::int AS tickets_blocked
               FROM tickets WHERE ${within('updated_at')}) t`,
    [...at, run.user_id],
  );
  const tickets = await tx.query(
    `SELECT number, left(title, 100) AS title, status FROM tickets WHERE ${within('updated_at')}
      ORDER BY status = 'blocked' DESC, updated_at DESC LIMIT ${MOST_LISTED}`,
    at,
  );
  const docs = await tx.query(
    `SELECT left(title, 100) AS title FROM docs WHERE ${within('updated_at')}
      ORDER BY updated_at DESC LIMIT ${MOST_LISTED}`,
    at,
  );
  return {
    counts,
    tickets: tickets.map(({ number, ...ticket }: { number: number }) => ({
      key: ticketKey(number),
      ...ticket,
    })),
    docs,
  };
}
