import { z } from 'zod';
import { TICKET_STATUSES } from '../../../../workflows/contract/ticket.js';
import { setTicketStatus } from '../../tickets/ticket.store.js';
import { type Kind, seenVersionOf, targetOf } from '../kind.js';

const change = z.strictObject({ status: z.enum(TICKET_STATUSES) });

export default {
  kind: 'ticket_status',
  target: 'ticket',
  pinned: true,
  change,
  async apply(tx, proposal, { status }) {
    const seen = seenVersionOf(proposal);
    const { id, version } = await setTicketStatus(tx, proposal, targetOf(proposal), seen, status);
    return { type: 'ticket', id, version };
  },
} satisfies Kind<z.output<typeof change>>;
