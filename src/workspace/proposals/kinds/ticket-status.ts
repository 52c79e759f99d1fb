import { z } from 'zod';
import { type Kind, targetOf } from '../kind.js';

const change = z.strictObject({ status: z.enum(['open', 'in_progress', 'blocked', 'done', 'closed']) });

export default {
  kind: 'ticket_status',
  target: 'ticket',
  pinned: true,
  change,
  async apply(tx, proposal, { status }) {
    const id = targetOf(proposal);
    const [[{ version }]] = await tx.query(
      `UPDATE tickets SET status = $3, version = version + 1, updated_at = clock_timestamp(),
              closed_at = CASE WHEN $3 IN ('done', 'closed') THEN coalesce(closed_at, clock_timestamp()) END
        WHERE id = $1 AND organisation_id = $2 RETURNING version`,
      [id, proposal.organisation_id, status],
    );
    return { type: 'ticket', id, version };
  },
} satisfies Kind<z.output<typeof change>>;
