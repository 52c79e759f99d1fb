import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { TicketComment } from '../../platform/db/entities/ticket.entity.js';
import type { By, ProjectPlace } from '../place.js';
import { ticketMissing } from './ticket.store.js';

/** The one way to comment, for people and for agents. The ticket is no longer stale, and at the same version. */
export async function addComment(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  ticket_id: string,
  body: string,
  by: By,
): Promise<TicketComment> {
  const [, there]: [unknown, number] = await tx.query(
    `UPDATE tickets SET updated_at = clock_timestamp() WHERE id = $1 AND organisation_id = $2 AND project_id = $3`,
    [ticket_id, organisation_id, project_id],
  );
  if (there === 0) ticketMissing(ticket_id);
  const [comment]: TicketComment[] = await tx.query(
    `INSERT INTO ticket_comments (id, ticket_id, body, author_id, run_id) VALUES ($1, $2, $3, $4, $5) RETURNING *`,
    [uuidv7(), ticket_id, body, by.user_id, by.run_id ?? null],
  );
  return comment as TicketComment;
}
