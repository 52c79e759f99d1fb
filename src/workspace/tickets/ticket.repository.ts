import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { ProposalKind } from '../../../workflows/contract/proposal.js';
import { numberOfKey } from '../../../workflows/contract/ticket.js';
import type { Principal } from '../../platform/auth/principal.js';
import type { ProposalRow } from '../../platform/db/entities/proposal.entity.js';
import { type Ticket, TicketComment } from '../../platform/db/entities/ticket.entity.js';
import { MODELS_OF_TICKET } from '../proposals/models-of.sql.js';
import type { RelationRow } from './present-ticket.js';
import type { CommentsQuery, TicketsQuery } from './ticket.dto.js';
import { ticketMissing } from './ticket.store.js';

const MODELS = `${MODELS_OF_TICKET('tickets')} AS models`;

const LIST_TICKETS = `
  SELECT id, organisation_id, project_id, number, title, status, status_since, labels, assignee_id, version, created_by,
         created_at, updated_at, closed_at, ${MODELS}
    FROM tickets
   WHERE organisation_id = $1 AND project_id = $2 AND ($3::text IS NULL OR status = $3)
     AND ($4::text IS NULL OR $4 = ANY (labels)) AND ($5::uuid IS NULL OR assignee_id = $5)
     AND ($6::int IS NULL OR number = $6) AND ($7::uuid IS NULL OR id < $7)
   ORDER BY id DESC LIMIT $8`;

const FIND_TICKET = `SELECT *, ${MODELS} FROM tickets WHERE id = $1 AND organisation_id = $2`;

/** The models of a run's text about a ticket, by the accepted proposal. */
const MODELS_OF_RUN = (kind: ProposalKind, written: string) => `
  coalesce((SELECT p.models FROM proposals p
             WHERE p.run_id = ${written}.run_id AND p.kind = '${kind}' AND p.target_id = ${written}.ticket_id LIMIT 1),
           '{}') AS models`;

const LIST_COMMENTS = `
  SELECT c.*, ${MODELS_OF_RUN('ticket_comment', 'c')} FROM ticket_comments c
   WHERE c.ticket_id = $1 AND ($2::uuid IS NULL OR c.id < $2) ORDER BY c.id DESC LIMIT $3`;

const CHANGES_OF_TICKET = `
  SELECT id AS proposal_id, kind, agent, run_id, models, decided_by, decided_at FROM proposals
   WHERE organisation_id = $2 AND status = 'accepted' AND decision->'made'->>'id' = $1::uuid::text
   ORDER BY decided_at DESC, id DESC LIMIT 100`;

const RELATIONS_OF_TICKET = `
  SELECT r.kind, r.direction, t.id, t.number, t.title, t.status, r.created_by, r.run_id, r.at,
         ${MODELS_OF_RUN('ticket_relation', 'r')}
    FROM (
      SELECT *, 'to' AS direction, other_id AS there FROM ticket_relations WHERE ticket_id = $1
       UNION ALL
      SELECT *, 'from', ticket_id FROM ticket_relations WHERE other_id = $1
    ) AS r
    JOIN tickets t ON t.id = r.there AND t.organisation_id = $2
   ORDER BY r.kind, r.direction, t.number LIMIT 1000`;

/** Tickets as a caller may read them: always within the caller's organisation. Lists leave the bodies out. */
@Injectable()
export class TicketRepository {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  list(
    { organisation_id }: Principal,
    project_id: string,
    { status, label, assignee_id, key, before, limit }: TicketsQuery,
  ): Promise<Omit<ShownTicket, 'body'>[]> {
    return this.db.query(LIST_TICKETS, [
      organisation_id,
      project_id,
      status ?? null,
      label ?? null,
      assignee_id ?? null,
      key === undefined ? null : numberOfKey(key),
      before ?? null,
      limit,
    ]);
  }

  async find({ organisation_id }: Principal, id: string): Promise<ShownTicket> {
    const [ticket]: ShownTicket[] = await this.db.query(FIND_TICKET, [id, organisation_id]);
    return ticket ?? ticketMissing(id);
  }

  countComments(ticket: Ticket): Promise<number> {
    return this.db.getRepository(TicketComment).countBy({ ticket_id: ticket.id });
  }

  comments(ticket: Ticket, { before, limit }: CommentsQuery): Promise<ShownComment[]> {
    return this.db.query(LIST_COMMENTS, [ticket.id, before ?? null, limit]);
  }

  /** Returns the changes of the ticket that a person or a binding accepted. */
  changes({ id, organisation_id }: Ticket): Promise<AgentTicketChange[]> {
    return this.db.query(CHANGES_OF_TICKET, [id, organisation_id]);
  }

  /** Returns relations from both sides. */
  relations(ticket: Ticket): Promise<RelationRow[]> {
    return this.db.query(RELATIONS_OF_TICKET, [ticket.id, ticket.organisation_id]);
  }
}

type ShownTicket = Ticket & { models: string[] };
export type ShownComment = TicketComment & { models: string[] };
type AgentTicketChange = Pick<
  ProposalRow,
  'kind' | 'agent' | 'run_id' | 'models' | 'decided_by' | 'decided_at'
> & { proposal_id: string };
