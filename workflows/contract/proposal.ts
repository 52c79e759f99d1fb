/** The changes that agents may propose; a person accepts them, or the binding's settings do. */
export const PROPOSAL_KINDS = [
  'note',
  'ticket_new',
  'ticket_status',
  'ticket_comment',
  'ticket_relation',
  'epic_new',
  'roadmap_summary',
  'memory_add',
  'memory_change',
  'memory_remove',
  'snapshot',
] as const;
export type ProposalKind = (typeof PROPOSAL_KINDS)[number];

export const SOURCE_TYPES = ['doc', 'ticket', 'message', 'memory', 'checkin', 'run', 'epic'] as const;

/** The place that a suggestion comes from. */
export interface Source {
  type: (typeof SOURCE_TYPES)[number];
  id: string;
  /** The passage that supports the suggestion, shortened. */
  quote?: string;
}

export const TARGET_TYPES = ['ticket', 'doc', 'memory', 'epic', 'roadmap', 'snapshot'] as const;

/** The target of a roadmap is its project; one that nobody has written is at version 0. */
export interface Target {
  type: (typeof TARGET_TYPES)[number];
  id: string;
  version: number;
}

export interface NewProposal {
  kind: ProposalKind;
  title: string;
  /** Why, in the agent's words. */
  reason: string;
  /** The change that accepting makes; the kind decides its shape. */
  change: Record<string, unknown>;
  /** The target of the change, at the version that the agent saw. */
  target: Target | null;
  sources: Source[];
  /** The same suggestion has the same key: it is not made again while it waits, nor once it was rejected. */
  dedupe_key: string;
  /** For the run's person alone; a memory of that person goes with it. */
  personal?: boolean;
  /** Takes the place of what waits with another key: of the same kind, about the same target. */
  replaces?: boolean;
  /** Nobody may accept the proposal after this time. */
  expires_at?: string;
}

/** The outcome of the suggestions of one step; a repeated step gets the same outcome. */
export interface Proposed {
  made: string[];
  /** Accepted at once, by the settings of the binding. */
  accepted: string[];
  /** Known already: waiting, rejected before, or accepted with nothing changed since. */
  known: number;
}
