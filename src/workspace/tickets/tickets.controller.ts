import { Controller, Get, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { LargeBody } from '../../platform/http/large-body.js';
import { IdParam, ValidBody, ValidQuery } from '../../platform/http/validation.js';
import * as dto from './ticket.dto.js';
import { TicketsService } from './tickets.service.js';

@ApiTags('tickets')
@Controller('api')
export class TicketsController {
  constructor(private readonly tickets: TicketsService) {}

  @Get('projects/:id/tickets')
  @Answers({
    needs: 'workspace:read',
    summary: 'Tickets of a project, the newest first',
    schema: dto.ticketsSchema,
  })
  listTickets(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.ticketsQuerySchema) query: dto.TicketsQuery,
  ) {
    return this.tickets.list(caller, id, query);
  }

  @Post('projects/:id/tickets')
  @LargeBody()
  @Answers({ needs: 'workspace:write', summary: 'Write a ticket', status: 201, schema: dto.ticketSchema })
  createTicket(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.ticketCreateSchema) body: dto.TicketCreate,
  ) {
    return this.tickets.create(caller, id, body);
  }

  @Get('tickets/:id')
  @Answers({
    needs: 'workspace:read',
    summary: 'One ticket, with its relations',
    schema: dto.ticketDetailSchema,
  })
  getTicket(@Caller() caller: Principal, @IdParam() id: string) {
    return this.tickets.show(caller, id);
  }

  @Patch('tickets/:id')
  @LargeBody()
  @Answers({
    needs: 'workspace:write',
    summary: 'Change a ticket',
    refuses: ['version_conflict'],
    schema: dto.ticketSchema,
  })
  changeTicket(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.ticketChangeSchema) body: dto.TicketChange,
  ) {
    return this.tickets.change(caller, id, body);
  }
}
