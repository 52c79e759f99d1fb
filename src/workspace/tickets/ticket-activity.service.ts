import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { RelationKind } from '../../../workflows/contract/ticket.js';
import type { Principal } from '../../platform/auth/principal.js';
import { AppError } from '../../platform/http/app-error.js';
import { nextIdOf } from '../../platform/http/page.js';
import { addComment } from './comment.store.js';
import { addRelation, removeRelation } from './relation.store.js';
import type { CommentCreate, CommentsQuery, RelationCreate } from './ticket.dto.js';
import { type ShownComment, TicketRepository } from './ticket.repository.js';
import { TicketsService } from './tickets.service.js';

/** The comments on a ticket, and its relations. */
@Injectable()
export class TicketActivityService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly tickets: TicketRepository,
    private readonly shown: TicketsService,
  ) {}

  async comments(caller: Principal, id: string, query: CommentsQuery) {
    const comments = await this.tickets.comments(await this.tickets.find(caller, id), query);
    return { comments, next_before: nextIdOf(comments, query.limit) };
  }

  async comment(caller: Principal, id: string, { body }: CommentCreate): Promise<ShownComment> {
    const project = await this.tickets.find(caller, id);
    const by = { user_id: caller.user_id };
    const comment = await this.db.transaction((tx) => addComment(tx, project, id, body, by));
    return { ...comment, models: [] };
  }

  /** Saying again what is said already changes nothing. */
  async relate(caller: Principal, id: string, relation: RelationCreate) {
    const project = await this.tickets.find(caller, id);
    const by = { user_id: caller.user_id };
    await this.db.transaction((tx) => addRelation(tx, project, id, relation, by));
    return this.shown.show(caller, id);
  }

  async unrelate(caller: Principal, id: string, kind: RelationKind, other_id: string): Promise<void> {
    const project = await this.tickets.find(caller, id);
    const removed = await this.db.transaction((tx) => removeRelation(tx, project, id, { kind, other_id }));
    if (!removed) throw new AppError('not_found', `The ticket has no relation ${kind} with ${other_id}.`);
  }
}
