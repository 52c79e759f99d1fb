import { z } from 'zod';
import { TICKET_STATUSES } from './ticket.js';

/** A suggestion of a model about a ticket that it was given; the schema is closed, and every field is required. */
export const ticketAction = z.strictObject({
  ticket_key: z.string().describe('The key of a ticket that was given'),
  action: z.enum(['status', 'comment']),
  status: z.enum(TICKET_STATUSES).nullable().describe('For a status'),
  comment: z.string().nullable().describe('For a comment'),
  reason: z.string().describe('Why, in one sentence'),
});
export type TicketAction = z.output<typeof ticketAction>;
