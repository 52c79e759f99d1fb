import type { ProposalKind } from '../../../workflows/contract/proposal.js';
import type { TicketStatus } from '../../../workflows/contract/ticket.js';
import type { TicketAction } from '../../../workflows/contract/ticket-action.js';
import { proseOf } from '../words.js';

/** The change that a suggested action comes to; null where it says nothing, or what is so already. */
export function changeOf(
  { action, status, comment }: TicketAction,
  ticket: { key: string; status: TicketStatus },
): { kind: ProposalKind; title: string; change: Record<string, unknown> } | null {
  if (action === 'status') {
    if (status === null || status === ticket.status) return null;
    const title = `${ticket.key}: ${status} instead of ${ticket.status}`;
    return { kind: 'ticket_status', title, change: { status } };
  }
  const body = proseOf(comment ?? '', 20_000);
  return body === '' ? null : { kind: 'ticket_comment', title: `Comment on ${ticket.key}`, change: { body } };
}
