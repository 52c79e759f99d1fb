import type { EntityManager } from 'typeorm';
import { ticketKey } from '../../../workflows/contract/ticket.js';
import type { ProjectPlace } from '../place.js';
import { bounded } from '../words.js';
import { roadmapOf } from './roadmap.store.js';

/** The facts for a roadmap: its present text, and open tickets and docs, the latest first. */
export async function roadmapFacts(tx: EntityManager, place: ProjectPlace) {
  const at = [place.organisation_id, place.project_id];
  const { summary, version } = await roadmapOf(tx, place);
  const epics: object[] = await tx.query(EPICS, at);
  const tickets: { number: number }[] = await tx.query(TICKETS, at);
  const docs: object[] = await tx.query(DOCS, at);
  return {
    roadmap: { says: [...summary].slice(0, 4000).join(''), version },
    epics: bounded(epics, 10_000),
    tickets: bounded(
      tickets.map(({ number, ...ticket }) => ({ key: ticketKey(number), ...ticket })),
      35_000,
    ),
    docs: bounded(docs, 10_000),
  };
}

const HERE = 'organisation_id = $1 AND project_id = $2';

const EPICS = `
  SELECT title, left(goal, 300) AS goal, status FROM epics
   WHERE ${HERE} AND status <> 'dropped' ORDER BY position, id LIMIT 50`;

const TICKETS = `
  SELECT number, title, status, labels[1:5] AS labels, left(body, 120) AS begins FROM tickets
   WHERE ${HERE} AND status IN ('open', 'in_progress', 'blocked') ORDER BY updated_at DESC, id DESC LIMIT 200`;

const DOCS = `
  SELECT title, left(body, 150) AS begins FROM docs
   WHERE ${HERE} AND archived_at IS NULL ORDER BY updated_at DESC, id DESC LIMIT 50`;
