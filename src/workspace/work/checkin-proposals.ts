import type { NewProposal, Source } from '../../../workflows/contract/proposal.js';
import type { CheckinAnswer, CheckinSeen } from '../../../workflows/workspace/checkin.js';
import { digestOf, lineOf, proseOf } from '../words.js';
import { changeOf } from './ticket-action-change.js';

type Action = CheckinAnswer['ticket_actions'][number];
type Remembering = CheckinAnswer['memory_suggestions'][number];

/** Turns an answer into proposals; null where it names what was not told, or says nothing. */
export class CheckinProposals {
  private readonly checkin: Source;

  constructor(
    private readonly checkin_id: string,
    private readonly seen: CheckinSeen,
  ) {
    this.checkin = { type: 'checkin', id: checkin_id };
  }

  of({ ticket_actions, memory_suggestions, proposals }: CheckinAnswer): (NewProposal | null)[] {
    return [
      ...ticket_actions.map((action) => this.ticket(action)),
      ...memory_suggestions.map((suggestion) => this.memory(suggestion)),
      ...proposals.map((proposal) => this.other(proposal)),
    ];
  }

  private ticket(action: Action): NewProposal | null {
    const ticket = this.seen.tickets.find(({ key }) => key === action.ticket_key.trim().toUpperCase());
    const made = ticket && changeOf(action, ticket);
    if (!made) return null;
    const { kind, title, change } = made;
    const target = { type: 'ticket' as const, id: ticket.id, version: ticket.version };
    const sources: Source[] = [this.checkin, { type: 'ticket', id: ticket.id }];
    const about = { target, sources, reason: action.reason, personal: true };
    if (kind === 'ticket_status') {
      const key = `${kind}/${ticket.id}/${change.status}`;
      return this.proposal(kind, title, key, change, { ...about, replaces: true });
    }
    const key = `${kind}/${ticket.id}/${digestOf(String(change.body))}`;
    return this.proposal(kind, title, key, change, about);
  }

  private memory({ action, memory_id, text, reason }: Remembering): NewProposal | null {
    const body = proseOf(text ?? '', 10_000);
    if (action !== 'remove' && body === '') return null;
    if (action === 'add') {
      const add = { target: null, sources: [this.checkin], reason, personal: true };
      return this.proposal('memory_add', 'Remember this', `memory_add/${digestOf(body)}`, { body }, add);
    }
    const memory = this.seen.memories.find(({ id }) => id === memory_id?.trim().toLowerCase());
    if (!memory) return null;
    const { id, version, personal } = memory;
    const sources: Source[] = [this.checkin, { type: 'memory', id }];
    const about = { target: { type: 'memory' as const, id, version }, sources, reason, personal };
    return action === 'remove'
      ? this.proposal('memory_remove', 'Forget this', `memory_remove/${id}`, {}, about)
      : this.proposal('memory_change', 'Remember this otherwise', `memory_change/${id}`, { body }, about);
  }

  private other({ kind, title, text, reason }: CheckinAnswer['proposals'][number]): NewProposal | null {
    const [name, body] = [lineOf(title, 300), proseOf(text, 10_000)];
    if (name === '' || body === '') return null;
    const change = kind === 'note' ? { body } : { title: name, body };
    const about = { target: null, sources: [this.checkin], reason, personal: true };
    return this.proposal(kind, name, `${kind}/${digestOf(name)}`, change, about);
  }

  /** Its key names the check-in: another one may say the same again. */
  private proposal(
    kind: NewProposal['kind'],
    title: string,
    key: string,
    change: NewProposal['change'],
    { reason, ...about }: Omit<NewProposal, 'kind' | 'title' | 'change' | 'dedupe_key'>,
  ): NewProposal {
    const why = proseOf(reason, 5000) || 'The check-in says so.';
    const dedupe_key = `checkin/${this.checkin_id}/${key}`;
    return { kind, title, change, reason: why, dedupe_key, ...about };
  }
}
