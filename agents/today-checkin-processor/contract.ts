import { z } from 'zod';
import { TICKET_STATUSES, type TicketStatus } from '../../workflows/contract/ticket.js';
import { ticketAction } from '../../workflows/contract/ticket-action.js';
import { type DeliveryOutput, defineContract } from '../../workflows/contract/work-contract.js';

/** The facts for the processing of a check-in: extracts, the most relevant first. */
export interface CheckinFacts {
  day: string;
  /** Written by the person, and cut where it is long. */
  text: string;
  plan: string | null;
  tickets: { id: string; key: string; title: string; status: TicketStatus; version: number }[];
  /** Memories of the person alone, and of the project. */
  memories: { id: string; text: string; personal: boolean; version: number }[];
}

const reason = z.string().describe('Why, in one sentence');

const checkinAnswer = z.strictObject({
  coaching: z.string().describe('A few sentences to the person'),
  ticket_actions: z.array(ticketAction).max(20),
  memory_suggestions: z
    .array(
      z.strictObject({
        action: z.enum(['add', 'change', 'remove']),
        memory_id: z.string().nullable().describe('The id of a memory that was given; null to add one'),
        text: z.string().nullable().describe('All that it is to say; null to remove it'),
        reason,
      }),
    )
    .max(10),
  proposals: z
    .array(
      z.strictObject({ kind: z.enum(['note', 'ticket_new']), title: z.string(), text: z.string(), reason }),
    )
    .max(10),
});
export type CheckinAnswer = z.output<typeof checkinAnswer>;

const version = z.int().min(1);
/** Tickets and memories that the answer may refer to, at the versions that the model was given. */
const seen = z.strictObject({
  tickets: z.array(
    z.strictObject({ id: z.uuid(), key: z.string(), status: z.enum(TICKET_STATUSES), version }),
  ),
  memories: z.array(z.strictObject({ id: z.uuid(), version })),
});
export type CheckinSeen = z.output<typeof seen>;

const contract = defineContract({
  asks: { checkin: { answer: checkinAnswer, kept: z.strictObject({ seen }) } },
  deliveries: { checkin: { answers: 'checkin' } },
});
export default contract;
export type ProcessedCheckin = DeliveryOutput<typeof contract, 'checkin'>;
