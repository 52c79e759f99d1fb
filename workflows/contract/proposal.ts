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

/** Where a suggestion comes from. */
export interface Source {
  type: 'doc' | 'ticket' | 'message' | 'memory' | 'checkin' | 'run' | 'epic';
  id: string;
  /** What in it says so, shortened. */
  quote?: string;
}

export interface NewProposal {
  kind: ProposalKind;
  title: string;
  /** Why, in the agent’s words. */
  reason: string;
  /** What accepting it does; its shape belongs to the kind. */
  change: Record<string, unknown>;
  /** What it changes, at the version that the agent saw. */
  target: {
    type: 'ticket' | 'doc' | 'memory' | 'epic' | 'roadmap' | 'snapshot';
    id: string;
    version: number;
  } | null;
  sources: Source[];
  /** The same suggestion has the same key: it is not made again while it waits, nor once it was rejected. */
  dedupe_key: string;
}

/** What became of the suggestions of one step. */
export interface Proposed {
  made: string[];
  /** Accepted at once, by the settings of the binding. */
  accepted: string[];
  /** Known already: waiting, or rejected before. */
  known: number;
}
