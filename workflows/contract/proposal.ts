/** What agents suggest to change; a person accepts it, or the binding’s settings do. */
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

/** Where a suggestion comes from. */
export interface Source {
  type: (typeof SOURCE_TYPES)[number];
  id: string;
  /** What in it says so, shortened. */
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
  /** Why, in the agent’s words. */
  reason: string;
  /** What accepting it does; its shape belongs to the kind. */
  change: Record<string, unknown>;
  /** What it changes, at the version that the agent saw. */
  target: Target | null;
  sources: Source[];
  /** The same suggestion has the same key: it is not made again while it waits, nor once it was rejected. */
  dedupe_key: string;
  /** For the run’s person alone; a memory of that person goes with it. */
  personal?: boolean;
  /** Takes the place of what waits with another key: of the same kind, about the same target. */
  replaces?: boolean;
  /** After this moment nobody may accept it any more. */
  expires_at?: string;
}

/** What became of the suggestions of one step; a step that is repeated is told the same again. */
export interface Proposed {
  made: string[];
  /** Accepted at once, by the settings of the binding. */
  accepted: string[];
  /** Known already: waiting, rejected before, or accepted with nothing changed since. */
  known: number;
}
