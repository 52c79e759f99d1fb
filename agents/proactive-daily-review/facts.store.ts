import type { EntityManager } from 'typeorm';
import { VISIBLE_TO } from '../../src/platform/auth/visible.sql.js';
import { NOT_INTERNAL } from '../../src/workspace/threads/message.sql.js';
import { bounded, extract } from '../../src/workspace/words.js';
import type { WorkingRun } from '../../src/workspace/work/agent-work.js';
import type { ProposalKind } from '../../workflows/contract/proposal.js';
import { ticketKey } from '../../workflows/contract/ticket.js';
import { type ReviewedTicket, type ReviewedWorkspace, type ReviewFigures, STALE_DAYS } from './contract.js';

const MOST_PLAN_BYTES = 2000;
const MOST_CHECKIN_BYTES = 1500;
const MOST_CHECKINS = 4;
const MOST_OF_A_STANDING = 12;
const MOST_TICKET_BYTES = 12_000;
const MOST_LISTED = 10;

interface ReviewedDay {
  day: string;
  since: string;
  until: string;
}

/** Gathers the changes of a day in the workspace, and its open work now. */
export async function reviewFacts(
  tx: EntityManager,
  run: WorkingRun,
  { day, since, until }: ReviewedDay,
): Promise<ReviewedWorkspace> {
  const scope = [run.organisation_id, run.project_id];
  const mine = [...scope, run.user_id];
  const within = [...mine, since, until];
  const { as_of, counts } = await countsOf(tx, within);
  const plan = await planOf(tx, run, day);
  const checkins: { body: string }[] = await tx.query(CHECKINS, within);
  const tickets: (ReviewedTicket & { number: number })[] = await tx.query(TICKETS, within);
  const docs: { title: string }[] = await tx.query(DOCS, [...scope, since, until]);
  const proposals: ReviewedWorkspace['proposals'] = await tx.query(PROPOSALS, mine);
  return {
    as_of,
    counts,
    plan: plan && extract(plan, MOST_PLAN_BYTES),
    checkins: checkins.map(({ body }) => extract(body, MOST_CHECKIN_BYTES)).reverse(),
    tickets: bounded(
      tickets.map(({ number, ...ticket }) => ({ ...ticket, key: ticketKey(number) })),
      MOST_TICKET_BYTES,
    ),
    docs,
    proposals,
  };
}

/** The figures alone, and whether there is a plan: what decides whether there is anything to review. */
export async function reviewFigures(
  tx: EntityManager,
  run: WorkingRun,
  { day, since, until }: ReviewedDay,
): Promise<ReviewFigures> {
  const figures = await countsOf(tx, [run.organisation_id, run.project_id, run.user_id, since, until]);
  return { ...figures, planned: (await planOf(tx, run, day)) !== null };
}

async function countsOf(tx: EntityManager, within: unknown[]): Promise<Omit<ReviewFigures, 'planned'>> {
  const [{ as_of, ...counts }] = await tx.query(COUNTS, within);
  return { as_of: as_of.toISOString(), counts };
}

async function planOf(
  tx: EntityManager,
  { organisation_id, project_id, user_id }: WorkingRun,
  day: string,
): Promise<string | null> {
  const [session] = await tx.query(PLAN, [organisation_id, project_id, user_id, day]);
  return session?.plan || null;
}

const HERE = 'organisation_id = $1 AND project_id = $2';
const ON_DAY = (column: string) => `${column} >= $4::timestamptz AND ${column} < $5::timestamptz`;
const STALE = `status IN ('open', 'in_progress') AND updated_at < clock_timestamp() - interval '${STALE_DAYS} days'`;
const WAITS = `${HERE} AND status = 'pending' AND (expires_at IS NULL OR expires_at > clock_timestamp())`;
const DAYS_SINCE = (column: string) =>
  `floor(extract(epoch FROM clock_timestamp() - ${column}) / 86400)::int`;

const COUNTS = `
  SELECT clock_timestamp() AS as_of, t.*,
         (SELECT count(*)::int FROM docs WHERE ${HERE} AND ${ON_DAY('updated_at')}) AS docs_written,
         (SELECT count(*)::int FROM messages
           WHERE ${HERE} AND ${ON_DAY('at')} AND ${NOT_INTERNAL('messages')}) AS messages,
         (SELECT count(*)::int FROM checkins WHERE ${HERE} AND ${ON_DAY('at')} AND user_id = $3::uuid) AS checkins,
         (SELECT count(*)::int FROM proposals WHERE ${WAITS} AND user_id IS NULL) AS proposals_waiting,
         (SELECT count(*)::int FROM proposals WHERE ${WAITS} AND user_id = $3::uuid) AS proposals_waiting_for_you
    FROM (SELECT (count(*) FILTER (WHERE ${ON_DAY('created_at')}))::int AS tickets_opened,
                 (count(*) FILTER (WHERE ${ON_DAY('closed_at')}))::int AS tickets_ended,
                 (count(*) FILTER (WHERE status = 'blocked'))::int AS tickets_blocked,
                 (count(*) FILTER (WHERE ${STALE}))::int AS tickets_stale
            FROM tickets WHERE ${HERE}) t`;

const PLAN = `SELECT plan FROM daily_sessions WHERE ${HERE} AND user_id = $3::uuid AND day = $4::date`;

/** The latest. */
const CHECKINS = `
  SELECT left(body, ${MOST_CHECKIN_BYTES + 1}) AS body FROM checkins
   WHERE ${HERE} AND user_id = $3::uuid AND ${ON_DAY('at')} ORDER BY at DESC, id DESC LIMIT ${MOST_CHECKINS}`;

/** At most this many tickets of each standing are sent, so stale tickets cannot crowd out the day's. */
const TICKETS = `
  WITH standing AS (
    SELECT id, number, left(title, 150) AS title, status, version,
           CASE WHEN status = 'blocked' THEN 'blocked' WHEN ${STALE} THEN 'stale'
                WHEN ${ON_DAY('closed_at')} THEN 'ended' ELSE 'opened' END AS standing,
           ${DAYS_SINCE(`CASE WHEN status = 'blocked' THEN status_since ELSE updated_at END`)} AS days,
           CASE WHEN assignee_id = $3::uuid THEN 'you' WHEN assignee_id IS NULL THEN 'nobody'
                ELSE 'somebody else' END AS assigned
      FROM tickets
     WHERE ${HERE} AND (status = 'blocked' OR ${STALE} OR ${ON_DAY('created_at')} OR ${ON_DAY('closed_at')})
  ), placed AS (
    SELECT *, array_position(ARRAY['blocked', 'stale', 'ended', 'opened'], standing) AS place,
           row_number() OVER (PARTITION BY standing ORDER BY assigned = 'you' DESC, days DESC, number) AS row
      FROM standing
  )
  SELECT id, number, title, status, version, standing, days, assigned FROM placed WHERE row <= ${MOST_OF_A_STANDING}
   ORDER BY assigned = 'you' DESC, place, row`;

const DOCS = `
  SELECT left(title, 150) AS title FROM docs
   WHERE ${HERE} AND updated_at >= $3::timestamptz AND updated_at < $4::timestamptz
   ORDER BY updated_at DESC, id DESC LIMIT ${MOST_LISTED}`;

/** The proposals that have waited longest come first. */
const PROPOSALS = `
  SELECT kind, CASE WHEN user_id IS NULL THEN left(title, 150) END AS title, agent, ${DAYS_SINCE('created_at')} AS days
    FROM proposals WHERE ${WAITS} AND ${VISIBLE_TO('user_id', '$3::uuid')} ORDER BY id LIMIT ${MOST_LISTED}`;

export interface Rejection {
  kind: ProposalKind;
  target_id: string;
  before: number;
}

const REJECTIONS = `
  SELECT p.kind, p.target_id, count(*)::int AS before
    FROM jsonb_to_recordset($5::jsonb) AS t(id uuid, version integer)
    JOIN proposals p ON p.target_type = 'ticket' AND p.target_id = t.id AND p.target_version < t.version
   WHERE p.organisation_id = $1 AND p.project_id = $2 AND p.user_id = $3 AND p.agent = $4 AND p.status = 'rejected'
   GROUP BY p.kind, p.target_id`;

/** How often the person rejected something of this agent about each ticket as it was before. */
export function rejectionsOf(
  tx: EntityManager,
  { organisation_id, project_id, user_id, agent }: WorkingRun,
  tickets: readonly ReviewedTicket[],
): Promise<Rejection[]> {
  const told = JSON.stringify(tickets.map(({ id, version }) => ({ id, version })));
  return tx.query(REJECTIONS, [organisation_id, project_id, user_id, agent, told]);
}
