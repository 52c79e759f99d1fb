import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { OrganisationService } from '../../platform/auth/organisation.service.js';
import type { Principal } from '../../platform/auth/principal.js';
import { nextIdOf } from '../../platform/http/page.js';
import { presentRelation, presentTicket } from './present-ticket.js';
import type { TicketChange, TicketCreate, TicketsQuery } from './ticket.dto.js';
import { TicketRepository } from './ticket.repository.js';
import { changeTicket, createTicket } from './ticket.store.js';

/** The tickets of a project. */
@Injectable()
export class TicketsService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly organisations: OrganisationService,
    private readonly tickets: TicketRepository,
  ) {}

  async list(caller: Principal, project_id: string, query: TicketsQuery) {
    await this.organisations.project(caller, project_id);
    const tickets = await this.tickets.list(caller, project_id, query);
    return { tickets: tickets.map(presentTicket), next_before: nextIdOf(tickets, query.limit) };
  }

  async create(caller: Principal, project_id: string, given: TicketCreate) {
    const { organisation_id } = await this.organisations.project(caller, project_id);
    const project = { organisation_id, project_id };
    const by = { user_id: caller.user_id };
    const { id } = await this.db.transaction((tx) => createTicket(tx, project, given, by));
    return presentTicket(await this.tickets.find(caller, id));
  }

  async show(caller: Principal, id: string) {
    const ticket = await this.tickets.find(caller, id);
    const relations = await this.tickets.relations(ticket);
    return {
      ...presentTicket(ticket),
      comments: await this.tickets.countComments(ticket),
      relations: relations.map(presentRelation),
      accepted_proposals: await this.tickets.changes(ticket),
    };
  }

  async change(caller: Principal, id: string, { version, ...change }: TicketChange) {
    const project = await this.tickets.find(caller, id);
    const changed = await this.db.transaction((tx) => changeTicket(tx, project, id, version, change));
    return presentTicket({ ...(await this.tickets.find(caller, id)), ...changed });
  }
}
