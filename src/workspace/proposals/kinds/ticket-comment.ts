import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { plain } from '../../../http/text.js';
import { type Kind, targetOf } from '../kind.js';

const change = z.strictObject({ body: plain(20_000) });

/** A comment adds to a ticket and overwrites nothing, and so the ticket may have changed. It stays the run’s. */
export default {
  kind: 'ticket_comment',
  target: 'ticket',
  pinned: false,
  change,
  async apply(tx, proposal, { body }) {
    const id = targetOf(proposal);
    await tx.query(
      `INSERT INTO ticket_comments (id, ticket_id, body, run_id)
       SELECT $1, id, $4, $5 FROM tickets WHERE id = $2 AND organisation_id = $3`,
      [uuidv7(), id, proposal.organisation_id, body, proposal.run_id],
    );
    return { type: 'ticket', id };
  },
} satisfies Kind<z.output<typeof change>>;
