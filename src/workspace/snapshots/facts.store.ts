import type { EntityManager } from 'typeorm';
import { ticketKey } from '../../../workflows/contract/ticket.js';
import type { ProjectPlace } from '../place.js';
import { bounded } from '../words.js';

interface TicketFact {
  number: number;
  title: string;
  status: string;
  closed_on: string | null;
  begins: string;
}

const MOST_BYTES_OF_TICKETS = 30_000;
const MOST_BYTES_OF_DOCS = 15_000;

/** The events of a period as texts: stuck tickets first, then the last closed ones. */
export async function periodFacts(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  from_day: string,
  to_day: string,
) {
  const place = [organisation_id, project_id, from_day, to_day];
  const tickets: TicketFact[] = await tx.query(TICKETS, place);
  const docs: { id: string; title: string; begins: string }[] = await tx.query(DOCS, place);
  return {
    tickets: bounded(
      tickets.map(({ number, ...ticket }) => ({ key: ticketKey(number), ...ticket })),
      MOST_BYTES_OF_TICKETS,
    ),
    docs: bounded(docs, MOST_BYTES_OF_DOCS),
  };
}

const on = (moment: string) => `(${moment} AT TIME ZONE zone)::date`;
const PLACE = `WITH place AS (SELECT time_zone AS zone FROM projects WHERE organisation_id = $1 AND id = $2)`;

const TICKETS = `${PLACE}
  SELECT number, title, status, ${on('closed_at')}::text AS closed_on, left(body, 300) AS begins
    FROM tickets t, place
   WHERE t.organisation_id = $1 AND t.project_id = $2
     AND (${on('closed_at')} BETWEEN $3::date AND $4::date
       OR (status = 'blocked' AND ${on('t.created_at')} <= $4::date))
   ORDER BY status = 'blocked' DESC, closed_at DESC, t.updated_at DESC LIMIT 80`;

const DOCS = `${PLACE}
  SELECT d.id, d.title, left(d.body, 300) AS begins FROM docs d, place
   WHERE d.organisation_id = $1 AND d.project_id = $2 AND d.archived_at IS NULL
     AND EXISTS (SELECT FROM doc_revisions v WHERE v.doc_id = d.id AND ${on('v.at')} BETWEEN $3::date AND $4::date)
   ORDER BY d.updated_at DESC LIMIT 40`;
