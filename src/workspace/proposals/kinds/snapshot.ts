import { z } from 'zod';
import type { ProposalRow } from '../../../platform/db/entities/proposal.entity.js';
import { endDraft, findSnapshot } from '../../snapshots/snapshot.store.js';
import { defect, type Kind, seenVersionOf, targetOf } from '../kind.js';

/** A draft, published as it is. Rejecting it rejects the draft, unless there is another by now. */
export default {
  kind: 'snapshot',
  target: 'snapshot',
  pinned: true,
  change: z.strictObject({}),
  async check(tx, suggested) {
    const snapshot = await findSnapshot(tx, suggested, targetOf(suggested));
    if (snapshot?.status === 'requested') throw defect('the snapshot has no draft yet');
  },
  async apply(tx, proposal) {
    const id = targetOf(proposal);
    const version = await endDraft(tx, proposal, draftOf(proposal), 'published');
    if (version === null) throw defect(`the snapshot ${id} is no draft`);
    return { type: 'snapshot', id, version };
  },
  async rejected(tx, proposal) {
    await endDraft(tx, proposal, draftOf(proposal), 'rejected');
  },
} satisfies Kind;

function draftOf(proposal: ProposalRow) {
  return { id: targetOf(proposal), version: seenVersionOf(proposal) };
}
