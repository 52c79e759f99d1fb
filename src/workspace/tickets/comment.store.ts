import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Ticket, TicketComment } from '../../platform/db/entities/ticket.entity.js';
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
  const touched = await tx
    .getRepository(Ticket)
    .update({ id: ticket_id, organisation_id, project_id }, { updated_at: () => 'clock_timestamp()' });
  if (touched.affected === 0) ticketMissing(ticket_id);
  const comments = tx.getRepository(TicketComment);
  const { user_id: author_id, run_id = null } = by;
  const comment = comments.create({ id: uuidv7(), ticket_id, body, author_id, run_id });
  await comments.insert(comment);
  return comment;
}
