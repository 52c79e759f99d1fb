import { Module } from '@nestjs/common';
import { TicketRepository } from './ticket.repository.js';
import { TicketActivityController } from './ticket-activity.controller.js';
import { TicketActivityService } from './ticket-activity.service.js';
import { TicketsController } from './tickets.controller.js';
import { TicketsService } from './tickets.service.js';

@Module({
  controllers: [TicketsController, TicketActivityController],
  providers: [TicketRepository, TicketsService, TicketActivityService],
})
export class TicketsModule {}
