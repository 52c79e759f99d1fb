/** A ticket, and one that is like it. */
export interface NearTicket {
  ticket_id: string;
  near_id: string;
  /** A number from 0 to 1. */
  likeness: number;
}

/** Two tickets, the same whichever of them found the other. */
export interface TicketPair {
  first_id: string;
  second_id: string;
  likeness: number;
}

/** Returns at most `most` of the likest pairs of each ticket, each pair once, the likest first. */
export function pairsOf(alike: readonly NearTicket[], most: number): TicketPair[] {
  const byTicket = new Map<string, NearTicket[]>();
  for (const one of alike) byTicket.set(one.ticket_id, [...(byTicket.get(one.ticket_id) ?? []), one]);
  const pairs = new Map<string, TicketPair>();
  for (const candidates of byTicket.values()) {
    for (const { ticket_id, near_id, likeness } of likest(candidates).slice(0, most)) {
      const [first_id, second_id] = ordered(ticket_id, near_id);
      const key = pairKey(first_id, second_id);
      if ((pairs.get(key)?.likeness ?? -1) < likeness) pairs.set(key, { first_id, second_id, likeness });
    }
  }
  return [...pairs.values()].sort((a, b) => b.likeness - a.likeness);
}

/** Each neighbour once, by the better of what was found of it. */
function likest(candidates: readonly NearTicket[]): NearTicket[] {
  const best = new Map<string, NearTicket>();
  for (const one of candidates) {
    if (one.near_id === one.ticket_id) continue;
    if ((best.get(one.near_id)?.likeness ?? -1) < one.likeness) best.set(one.near_id, one);
  }
  return [...best.values()].sort((a, b) => b.likeness - a.likeness || (a.near_id < b.near_id ? -1 : 1));
}

function ordered(a: string, b: string): [string, string] {
  return a < b ? [a, b] : [b, a];
}

/** Names a pair in proposals; the same from either side. */
export function pairKey(a: string, b: string): string {
  return `ticket_pair/${ordered(a, b).join('/')}`;
}
