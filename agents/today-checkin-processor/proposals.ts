import { type Diff, diffOf } from '../../src/workspace/memories/diffs.js';
import type { KnownMemory } from '../../src/workspace/memories/recall.store.js';
import { changeOf } from '../../src/workspace/tickets/ticket-action-change.js';
import { lineOf, proseOf, textDigest } from '../../src/workspace/words.js';
import type { NewProposal, Source } from '../../workflows/contract/proposal.js';
import type { CheckinAnswer, CheckinSeen } from './contract.js';

type Action = CheckinAnswer['ticket_actions'][number];
type Remembering = CheckinAnswer['memory_suggestions'][number];

const SAYS_SO = 'The check-in says so.';

/** Turns an answer into proposals; what names what was not told, or says nothing, is dropped. */
export class CheckinProposals {
  private readonly checkin: Source;

  constructor(
    private readonly checkin_id: string,
    private readonly seen: CheckinSeen,
    /** Memories of the run's person and of the project, as they are now. */
    private readonly memories: readonly KnownMemory[],
  ) {
    this.checkin = { type: 'checkin', id: checkin_id };
  }

  of({ ticket_actions, memory_suggestions, proposals }: CheckinAnswer): Diff[] {
    return [
      ...ticket_actions.map((action) => this.ticket(action)),
      ...memory_suggestions.map((suggestion) => this.memory(suggestion)),
      ...proposals.map((proposal) => this.other(proposal)),
    ];
  }

  private ticket(action: Action): Diff {
    const ticket = this.seen.tickets.find(({ key }) => key === action.ticket_key.trim().toUpperCase());
    const made = ticket && changeOf(action, ticket);
    if (!made) return 'dropped';
    const { kind, title, change } = made;
    const target = { type: 'ticket' as const, id: ticket.id, version: ticket.version };
    const sources: Source[] = [this.checkin, { type: 'ticket', id: ticket.id }];
    const about = { target, sources, reason: action.reason, personal: true };
    if (kind === 'ticket_status') {
      const key = `${kind}/${ticket.id}/${change.status}`;
      return this.proposal(kind, title, key, change, { ...about, replaces: true });
    }
    const key = `${kind}/${ticket.id}/${textDigest(String(change.body))}`;
    return this.proposal(kind, title, key, change, about);
  }

  private memory({ reason, ...suggestion }: Remembering): Diff {
    const diff = { ...suggestion, reason: proseOf(reason, 2000) || SAYS_SO, about: 'person' as const };
    const { memories: seen } = this.seen;
    return diffOf(diff, { memories: this.memories, seen, sources: [this.checkin], own: true });
  }

  private other({ kind, title, text, reason }: CheckinAnswer['proposals'][number]): Diff {
    const [name, body] = [lineOf(title, 300), proseOf(text, 10_000)];
    if (name === '' || body === '') return 'dropped';
    const change = kind === 'note' ? { body } : { title: name, body };
    const about = { target: null, sources: [this.checkin], reason, personal: true };
    return this.proposal(kind, name, `${kind}/${textDigest(name)}`, change, about);
  }

  /** The key names the check-in, so another check-in may repeat the suggestion. */
  private proposal(
    kind: NewProposal['kind'],
    title: string,
    key: string,
    change: NewProposal['change'],
    { reason, ...about }: Omit<NewProposal, 'kind' | 'title' | 'change' | 'dedupe_key'>,
  ): NewProposal {
    const why = proseOf(reason, 5000) || SAYS_SO;
    const dedupe_key = `checkin/${this.checkin_id}/${key}`;
    return { kind, title, change, reason: why, dedupe_key, ...about };
  }
}
