import type { EntityManager } from 'typeorm';
import type { ProjectPlace } from '../../src/workspace/place.js';
import type { DayPartContent } from '../../workflows/contract/day-part.js';
import { ticketKey } from '../../workflows/contract/ticket.js';
import type { ScanFound } from './contract.js';
import type dayPart from './day-part.js';
import { WAITING } from './pair.sql.js';
import { toDo } from './scan.store.js';

type ScanShown = DayPartContent<typeof dayPart>;

const MOST_SHOWN = 20;
/** A result can name this many. */
const MOST_NAMED = 1000;

type OfRun = ProjectPlace & { run_id: string };

const SCAN_RESULT = `
  SELECT l.*, j.*, e.*,
         ARRAY(SELECT id FROM proposals WHERE organisation_id = $1 AND run_id = $3 ORDER BY id LIMIT ${MOST_NAMED}) AS proposals
    FROM (SELECT count(*)::int AS tickets,
                 CASE WHEN count(space_id) > 0 THEN 'meaning' WHEN count(*) > 0 THEN 'words' END AS by
            FROM ticket_scans WHERE organisation_id = $1 AND project_id = $2 AND run_id = $3) l,
         (SELECT count(verdict)::int AS pairs,
                 (count(*) FILTER (WHERE verdict = 'duplicate'))::int AS duplicates,
                 (count(*) FILTER (WHERE verdict = 'conflict'))::int AS conflicts,
                 (count(*) FILTER (WHERE verdict = 'unrelated'))::int AS unrelated
            FROM ticket_pairs WHERE organisation_id = $1 AND project_id = $2 AND asked_by = $3) j,
         (SELECT coalesce(sum(jsonb_array_length(data->'proposed'->'accepted')), 0)::int AS accepted,
                 coalesce(sum((data->'proposed'->>'known')::int), 0)::int AS known,
                 coalesce(sum((data->>'dropped')::int), 0)::int AS dropped
            FROM agent_run_effects
           WHERE run_id = $3 AND jsonb_typeof(data->'proposed') = 'object') e`;

/**
 * The outcome of the run over all its attempts. Every delivery counts its own proposals, whatever its step is called.
 */
export async function scanResultOf(tx: EntityManager, run: OfRun): Promise<ScanFound> {
  const [row]: Omit<ScanFound, 'left'>[] = await tx.query(SCAN_RESULT, [
    run.organisation_id,
    run.project_id,
    run.run_id,
  ]);
  const { tickets } = await toDo(tx, run);
  const [{ waiting }] = await tx.query(`SELECT count(*)::int AS waiting ${WAITING}`, [
    run.organisation_id,
    run.project_id,
  ]);
  return { ...(row as Omit<ScanFound, 'left'>), left: tickets + waiting };
}

const SHOWN_PROPOSALS = `
  SELECT p.id, p.change->>'relation' AS relation, t.number AS ticket, o.number AS other
      FROM proposals p JOIN tickets t ON t.id = p.target_id JOIN tickets o ON o.id = (p.change->>'other_id')::uuid
     WHERE p.organisation_id = $1 AND p.project_id = $2 AND p.run_id = $3 ORDER BY p.id LIMIT ${MOST_SHOWN}`;

/** The part of the outcome for Today: the first findings, each with its proposal. */
export async function shownOf(
  tx: EntityManager,
  run: OfRun,
  { proposals: _, ...counts }: ScanFound,
  note: string | null,
): Promise<ScanShown> {
  const rows: {
    id: string;
    relation: ScanShown['found'][number]['relation'];
    ticket: number;
    other: number;
  }[] = await tx.query(SHOWN_PROPOSALS, [run.organisation_id, run.project_id, run.run_id]);
  return {
    note,
    ...counts,
    found: rows.map(({ id, relation, ticket, other }) => ({
      relation,
      ticket: ticketKey(ticket),
      other: ticketKey(other),
      proposal_id: id,
      href: `/api/proposals/${id}`,
    })),
    inbox: `/api/projects/${run.project_id}/inbox?status=any&run_id=${run.run_id}`,
  };
}
