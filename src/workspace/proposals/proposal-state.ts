import { assertNever } from '../../../workflows/contract/run-state.js';
import type { ProposalStatus } from '../../platform/db/entities/proposal.entity.js';

/** The one state machine of a proposal: what may be decided of it, and when. */

export const PROPOSAL_EVENTS = ['accept', 'reject', 'supersede', 'expire'] as const;
export type ProposalEvent = (typeof PROPOSAL_EVENTS)[number];

/** The status after `event`, or null where it may not happen; deciding the same again changes nothing. */
export function nextProposalStatus(status: ProposalStatus, event: ProposalEvent): ProposalStatus | null {
  const after = statusAfter(event);
  switch (status) {
    case 'pending':
      return after;
    case 'accepted':
    case 'rejected':
    case 'superseded':
    case 'expired':
      return after === status ? status : null;
    default:
      return assertNever(status);
  }
}

/** The status that a proposal has once `event` happened. */
export function statusAfter(event: ProposalEvent): ProposalStatus {
  switch (event) {
    case 'accept':
      return 'accepted';
    case 'reject':
      return 'rejected';
    case 'supersede':
      return 'superseded';
    case 'expire':
      return 'expired';
    default:
      return assertNever(event);
  }
}
