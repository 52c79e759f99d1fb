import { z } from 'zod';
import { plain } from '../../../platform/http/text.js';
import { addComment } from '../../tickets/comment.store.js';
import { type Kind, targetOf } from '../kind.js';

const change = z.strictObject({ body: plain(20_000) });

/** A comment adds to a ticket and overwrites nothing, and so the ticket may have changed. It stays the run's. */
export default {
  kind: 'ticket_comment',
  target: 'ticket',
  pinned: false,
  change,
  async apply(tx, proposal, { body }) {
    const id = targetOf(proposal);
    await addComment(tx, proposal, id, body, { user_id: null, run_id: proposal.run_id });
    return { type: 'ticket', id };
  },
} satisfies Kind<z.output<typeof change>>;
