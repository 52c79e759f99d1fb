import { z } from 'zod';
import { TICKET_STATUSES } from './ticket.js';

/** What a model may suggest to do about a ticket that it was told of; closed, and every field required. */
export const ticketAction = z.strictObject({
  ticket_key: z.string().describe('The key of a ticket that was given'),
  action: z.enum(['status', 'comment']),
  status: z.enum(TICKET_STATUSES).nullable().describe('For a status'),
  comment: z.string().nullable().describe('For a comment'),
  reason: z.string().describe('Why, in one sentence'),
});
export type TicketAction = z.output<typeof ticketAction>;
