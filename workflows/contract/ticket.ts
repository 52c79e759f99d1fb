/** Words that tickets and what agents suggest of them share. */

export const TICKET_STATUSES = ['open', 'in_progress', 'blocked', 'done', 'closed'] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

export const RELATION_KINDS = ['duplicate_of', 'conflicts_with', 'blocks'] as const;
export type RelationKind = (typeof RELATION_KINDS)[number];
