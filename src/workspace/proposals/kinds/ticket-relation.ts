import { z } from 'zod';
import { RELATION_KINDS } from '../../../../workflows/contract/ticket.js';
import { addRelation } from '../../tickets/relation.store.js';
import { defect, type Kind, targetOf } from '../kind.js';
import { versionOf } from '../target.store.js';

const change = z.strictObject({
  relation: z.enum(RELATION_KINDS),
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
  async apply(tx, proposal, { relation: kind, other_id }, by) {
    const id = targetOf(proposal);
    await addRelation(tx, proposal, id, { kind, other_id }, { user_id: by, run_id: proposal.run_id });
    return { type: 'ticket', id };
  },
} satisfies Kind<z.output<typeof change>>;
