import type { EntityManager } from 'typeorm';
import { changeOf } from '../../src/workspace/tickets/ticket-action-change.js';
import { lineOf, textDigest } from '../../src/workspace/words.js';
import type { WorkingRun } from '../../src/workspace/work/agent-work.js';
import type { NewProposal, ProposalKind, Source } from '../../workflows/contract/proposal.js';
import type { TicketAction } from '../../workflows/contract/ticket-action.js';
import type { ReviewAnswer, ReviewedTicket, Suggesting } from './contract.js';
import { type Rejection, rejectionsOf } from './facts.store.js';

/** A note about no ticket is of no use for longer than this. */
const GENERAL_DAYS = 7;

/** Turns what a review suggests into proposals for its person; null where it is about what was not told. */
export class ReviewProposals {
  /** Ids and keys that were not told, in suggestions that are about others, too. */
  unknown = 0;

  private constructor(
    private readonly run: WorkingRun,
    private readonly review: Suggesting,
    private readonly rejections: Rejection[],
  ) {}

  static async for(tx: EntityManager, run: WorkingRun, review: Suggesting): Promise<ReviewProposals> {
    return new ReviewProposals(run, review, await rejectionsOf(tx, run, review.tickets));
  }

  all(): (NewProposal | null)[] {
    return [
      ...this.review.ticket_actions.map((action) => this.action(action)),
      ...this.review.suggestions.map((suggestion) => this.note(suggestion)),
    ];
  }

  /** A ticket that somebody else works on is left to that person's own review. */
  private action(action: TicketAction): NewProposal | null {
    const ticket = this.ticketOf(action.ticket_key);
    const made = ticket && ticket.assigned !== 'somebody else' ? changeOf(action, ticket) : null;
    return ticket && made ? { ...made, ...this.about(ticket, made.kind, [ticket], [], action.reason) } : null;
  }

  private note(suggestion: ReviewAnswer['suggestions'][number]): NewProposal | null {
    const text = lineOf(suggestion.text, 600);
    const named = suggestion.ticket_keys.map((key) => this.ticketOf(key));
    const tickets = [...new Set(named.filter((ticket) => ticket !== null))];
    const runs = [...new Set(suggestion.run_ids.map((id) => id.trim().toLowerCase()))];
    const known = runs.filter((id) => this.review.run_ids.includes(id));
    const unknown = named.filter((ticket) => ticket === null).length + runs.length - known.length;
    if (text === '' || (unknown > 0 && tickets.length + known.length === 0)) return null;
    this.unknown += unknown;
    const note = { kind: 'note' as const, title: lineOf(text, 200), change: { body: text } };
    const [ticket] = tickets;
    if (ticket) return { ...note, ...this.about(ticket, 'note', tickets, known, suggestion.reason) };
    const expires_at = new Date(Date.now() + GENERAL_DAYS * 86_400_000).toISOString();
    const about = known.length > 0 ? `runs/${textDigest(known.toSorted().join())}` : textDigest(text);
    return { ...note, ...this.base(known, [], suggestion.reason, `note/${about}`), target: null, expires_at };
  }

  /** Rejected about an earlier version, it may be suggested anew about this one. */
  private about(
    ticket: ReviewedTicket,
    kind: ProposalKind,
    tickets: ReviewedTicket[],
    run_ids: string[],
    reason: string,
  ) {
    const { id, version } = ticket;
    const rejected = this.rejections.find((one) => one.kind === kind && one.target_id === id)?.before ?? 0;
    const key = `${kind}/${id}/${rejected}`;
    return { ...this.base(run_ids, tickets, reason, key), target: { type: 'ticket' as const, id, version } };
  }

  private base(run_ids: string[], tickets: ReviewedTicket[], reason: string, key: string) {
    const sources: Source[] = [
      ...tickets.map(({ id }) => ({ type: 'ticket' as const, id })),
      ...run_ids.map((id) => ({ type: 'run' as const, id })),
    ];
    return {
      reason: lineOf(reason, 600) || "The day's review says so.",
      sources: sources.length > 0 ? sources : [{ type: 'run' as const, id: this.run.run_id }],
      dedupe_key: `daily_review/${key}`,
      personal: true,
    };
  }

  private ticketOf(key: string): ReviewedTicket | null {
    return this.review.tickets.find((ticket) => ticket.key === key.trim().toUpperCase()) ?? null;
  }
}
