import { lineOf, proseOf } from '../../src/workspace/words.js';
import type { NewProposal } from '../../workflows/contract/proposal.js';
import { ticketKey } from '../../workflows/contract/ticket.js';
import type { SeenPair, VerdictsAnswer } from './contract.js';
import { pairKey } from './pairs.js';

export type PairVerdict = VerdictsAnswer['verdicts'][number];

export interface PairTicket {
  id: string;
  number: number;
  title: string;
  begins: string;
}

/** Keeps the first verdict on each pair; a verdict on a pair that was not sent is counted. */
export function verdictsOf(pairs: readonly SeenPair[], verdicts: readonly PairVerdict[]) {
  const of = new Map<number, PairVerdict>();
  for (const verdict of verdicts)
    if (pairs[verdict.pair - 1] && !of.has(verdict.pair)) of.set(verdict.pair, verdict);
  return {
    judged: pairs.map((pair, at) => ({ pair, said: of.get(at + 1) ?? null })),
    dropped: verdicts.length - of.size,
  };
}

/** The later one is what is changed: a duplicate of the original, or in conflict with what was there before. */
export function relationProposal(
  pair: SeenPair,
  { verdict, original, reason }: PairVerdict,
  tickets: ReadonlyMap<string, PairTicket>,
): NewProposal | null {
  const turned = verdict === 'duplicate' && original === 'second';
  const [seen, kept] = turned ? [pair.first, pair.second] : [pair.second, pair.first];
  const [ticket, other] = [tickets.get(seen.id), tickets.get(kept.id)];
  if (verdict === 'unrelated' || !ticket || !other) return null;
  const [key, other_key] = [ticketKey(ticket.number), ticketKey(other.number)];
  const duplicate = verdict === 'duplicate';
  return {
    kind: 'ticket_relation',
    title: duplicate ? `${key} is a duplicate of ${other_key}` : `${key} conflicts with ${other_key}`,
    reason:
      proseOf(reason, 2000) ||
      (duplicate ? 'They ask for the same.' : 'They cannot both be done as they are.'),
    change: { relation: duplicate ? 'duplicate_of' : 'conflicts_with', other_id: other.id },
    target: { type: 'ticket', id: ticket.id, version: seen.version },
    sources: [ticket, other].map(({ id, title, begins }) => ({
      type: 'ticket' as const,
      id,
      quote: lineOf(begins === '' ? title : `${title}: ${begins}`, 300) || '…',
    })),
    dedupe_key: pairKey(ticket.id, other.id),
  };
}
