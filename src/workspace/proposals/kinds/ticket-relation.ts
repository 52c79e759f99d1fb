import { z } from 'zod';
import { defect, type Kind, targetOf } from '../kind.js';
import { versionOf } from '../targets.js';

const change = z.strictObject({
  relation: z.enum(['duplicate_of', 'conflicts_with', 'blocks']),
  other_id: z.uuid().toLowerCase(),
});

export default {
  kind: 'ticket_relation',
  target: 'ticket',
  pinned: true,
  change,
  async check(tx, suggested, { other_id }) {
    if (other_id === targetOf(suggested)) throw defect('a ticket has no relation to itself');
    if ((await versionOf(tx, suggested, { type: 'ticket', id: other_id })) === null)
      throw defect(`the project has no ticket ${other_id}`);
  },
  async apply(tx, proposal, { relation, other_id }, by) {
    const id = targetOf(proposal);
    await tx.query(
      `INSERT INTO ticket_relations (ticket_id, kind, other_id, created_by, run_id)
       SELECT t.id, $4, o.id, $5, $6 FROM tickets t JOIN tickets o USING (organisation_id, project_id)
        WHERE t.id = $1 AND o.id = $2 AND t.organisation_id = $3
       ON CONFLICT DO NOTHING`,
      [id, other_id, proposal.organisation_id, relation, by, proposal.run_id],
    );
    return { type: 'ticket', id };
  },
} satisfies Kind<z.output<typeof change>>;
