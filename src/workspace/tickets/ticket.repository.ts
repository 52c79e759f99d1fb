import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Principal } from '../../auth/principal.js';
import type { Ticket, TicketComment } from '../../db/entities/ticket.entity.js';
import type { RelationRow } from './present-ticket.js';
import type { CommentsQuery, TicketsQuery } from './ticket.dto.js';
import { missing } from './ticket.store.js';
import { numberOfKey } from './ticket-key.js';

/** Tickets as a caller may read them: always within the caller's organisation. Lists leave the bodies out. */
@Injectable()
export class TicketRepository {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  list(
    { organisation_id }: Principal,
    project_id: string,
    { status, label, assignee_id, key, before, limit }: TicketsQuery,
  ): Promise<Omit<Ticket, 'body'>[]> {
    return this.db.query(
      `SELECT id, organisation_id, project_id, number, title, status, status_since, labels, assignee_id, version, created_by,
              created_at, updated_at, closed_at
         FROM tickets
        WHERE organisation_id = $1 AND project_id = $2 AND ($3::text IS NULL OR status = $3)
          AND ($4::text IS NULL OR $4 = ANY (labels)) AND ($5::uuid IS NULL OR assignee_id = $5)
          AND ($6::int IS NULL OR number = $6) AND ($7::uuid IS NULL OR id < $7)
        ORDER BY id DESC LIMIT $8`,
      [
        organisation_id,
        project_id,
        status ?? null,
        label ?? null,
        assignee_id ?? null,
        key === undefined ? null : numberOfKey(key),
        before ?? null,
        limit,
      ],
    );
  }

  async find({ organisation_id }: Principal, id: string): Promise<Ticket> {
    const [ticket]: Ticket[] = await this.db.query(
      `SELECT * FROM tickets WHERE id = $1 AND organisation_id = $2`,
      [id, organisation_id],
    );
    return ticket ?? missing(id);
  }

  async countComments(ticket: Ticket): Promise<number> {
    const [{ comments }] = await this.db.query(
      `SELECT count(*)::int AS comments FROM ticket_comments WHERE ticket_id = $1`,
      [ticket.id],
    );
    return comments;
  }

  comments(ticket: Ticket, { before, limit }: CommentsQuery): Promise<TicketComment[]> {
    return this.db.query(
      `SELECT * FROM ticket_comments WHERE ticket_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [ticket.id, before ?? null, limit],
    );
  }

  /** From both sides. */
  relations(ticket: Ticket): Promise<RelationRow[]> {
    return this.db.query(
      `SELECT r.kind, r.direction, t.id, t.number, t.title, t.status, r.created_by, r.run_id, r.at
         FROM (
           SELECT *, 'to' AS direction, other_id AS there FROM ticket_relations WHERE ticket_id = $1
            UNION ALL
           SELECT *, 'from', ticket_id FROM ticket_relations WHERE other_id = $1
         ) AS r
         JOIN tickets t ON t.id = r.there AND t.organisation_id = $2
        ORDER BY r.kind, r.direction, t.number LIMIT 1000`,
      [ticket.id, ticket.organisation_id],
    );
  }
}
