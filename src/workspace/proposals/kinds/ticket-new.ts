import { z } from 'zod';
import { plain, plainTrimmed } from '../../../platform/http/text.js';
import { createTicket } from '../../tickets/ticket.store.js';
import type { Kind } from '../kind.js';

const change = z.strictObject({
  title: plainTrimmed(300),
  body: plain(50_000),
  labels: z.array(plainTrimmed(100)).max(20).default([]),
});

export default {
  kind: 'ticket_new',
  target: null,
  pinned: false,
  change,
  async apply(tx, place, ticket, by) {
    const { id, version } = await createTicket(tx, place, ticket, { user_id: by });
    return { type: 'ticket', id, version };
  },
} satisfies Kind<z.output<typeof change>>;
