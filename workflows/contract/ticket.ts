/** Words that tickets and what agents suggest of them share. */

export const TICKET_STATUSES = ['open', 'in_progress', 'blocked', 'done', 'closed'] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

export const RELATION_KINDS = ['duplicate_of', 'conflicts_with', 'blocks'] as const;
export type RelationKind = (typeof RELATION_KINDS)[number];

/** How people name a ticket: `TCK-1042`. */
export function ticketKey(number: number): string {
  return `TCK-${number}`;
}

/** Null where it is no key. */
export function numberOfKey(key: string): number | null {
  const [, number] = /^TCK-([1-9]\d{0,8})$/i.exec(key) ?? [];
  return number === undefined ? null : Number(number);
}
