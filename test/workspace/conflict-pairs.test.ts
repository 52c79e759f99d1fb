import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VERDICTS } from '../../agents/ticket-conflict-scanner/contract.js';
import { type NearTicket, pairKey, pairsOf } from '../../agents/ticket-conflict-scanner/pairs.js';
import {
  type PairVerdict,
  relationProposal,
  verdictsOf,
} from '../../agents/ticket-conflict-scanner/relation-proposals.js';

const IDS = Array.from({ length: 8 }, (_, at) => `${at}0000000-0000-7000-8000-000000000000`);
const id = fc.constantFrom(...IDS);
const near: fc.Arbitrary<NearTicket[]> = fc.array(
  fc.record({ ticket_id: id, near_id: id, likeness: fc.double({ min: 0, max: 1, noNaN: true }) }),
  { maxLength: 60 },
);

test('pairs are few, each once and of two tickets, the likest first, whoever found them', () => {
  fc.assert(
    fc.property(near, fc.integer({ min: 1, max: 4 }), (found, most) => {
      const pairs = pairsOf(found, most);
      const keys = pairs.map(({ first_id, second_id }) => pairKey(first_id, second_id));
      expect(new Set(keys).size).toBe(keys.length);
      expect(pairs.length).toBeLessThanOrEqual(new Set(found.map(({ ticket_id }) => ticket_id)).size * most);
      for (const { first_id, second_id, likeness } of pairs) {
        expect(first_id < second_id).toBe(true);
        expect(pairKey(second_id, first_id)).toBe(pairKey(first_id, second_id));
        const told = found.filter(
          ({ ticket_id, near_id }) => pairKey(ticket_id, near_id) === pairKey(first_id, second_id),
        );
        expect(told.map((one) => one.likeness)).toContain(likeness);
      }
      const order = pairs.map(({ likeness }) => likeness);
      expect(order).toEqual(order.toSorted((a, b) => b - a));
      const turned = found.map(({ ticket_id, near_id, likeness }) => ({
        ticket_id: near_id,
        near_id: ticket_id,
        likeness,
      }));
      const all = (of: NearTicket[]) =>
        pairsOf(of, IDS.length)
          .map((pair) => JSON.stringify(pair))
          .sort();
      expect(all(turned)).toEqual(all(found));
    }),
  );
});

test('of each ticket the likest are taken', () => {
  const [a, b, c] = IDS as [string, string, string];
  const found = [
    { ticket_id: a, near_id: b, likeness: 0.5 },
    { ticket_id: a, near_id: c, likeness: 0.9 },
    { ticket_id: a, near_id: c, likeness: 0.4 },
  ];
  expect(pairsOf(found, 1)).toEqual([{ first_id: a, second_id: c, likeness: 0.9 }]);
});

const seen = (ticket: string, version: number) => ({ id: ticket, version });
const seenPairs = fc
  .uniqueArray(
    fc.tuple(id, id).filter(([a, b]) => a < b),
    { selector: (pair) => pair.join(), maxLength: 6 },
  )
  .map((pairs) => pairs.map(([a, b]) => ({ first: seen(a, 1), second: seen(b, 2), told: 'x' })));
const said: fc.Arbitrary<PairVerdict[]> = fc.array(
  fc.record({
    pair: fc.integer({ min: -2, max: 9 }),
    verdict: fc.constantFrom(...VERDICTS),
    original: fc.constantFrom('first' as const, 'second' as const),
    reason: fc.string(),
  }),
  { maxLength: 20 },
);
const tickets = new Map(
  IDS.map((one, at) => [one, { id: one, number: at + 1, title: `Ticket ${at}`, begins: '' }]),
);

test('whatever a model says, each pair has one answer at most, and only those asked about become proposals', () => {
  fc.assert(
    fc.property(seenPairs, said, (pairs, answer) => {
      const { judged, dropped } = verdictsOf(pairs, answer);
      expect(judged.map(({ pair }) => pair)).toEqual(pairs);
      expect(judged.filter((one) => one.said).length + dropped).toBe(answer.length);
      const proposals = judged.flatMap(
        ({ pair, said: verdict }) => (verdict && relationProposal(pair, verdict, tickets)) ?? [],
      );
      const keys = proposals.map(({ dedupe_key }) => dedupe_key);
      expect(new Set(keys).size).toBe(keys.length);
      for (const { dedupe_key, target, change } of proposals) {
        expect(dedupe_key).toBe(pairKey(target?.id ?? '', String(change.other_id)));
        const pair = pairs.find(({ first, second }) => pairKey(first.id, second.id) === dedupe_key);
        expect([pair?.first, pair?.second]).toContainEqual({ id: target?.id, version: target?.version });
      }
    }),
  );
});

test('a ticket that has ended meanwhile is suggested nothing about', () => {
  const [a, b] = IDS as [string, string];
  const pair = { first: seen(a, 1), second: seen(b, 1), told: 'x' };
  const verdict: PairVerdict = { pair: 1, verdict: 'duplicate', original: 'first', reason: '' };
  expect(relationProposal(pair, verdict, new Map([...tickets].filter(([key]) => key !== a)))).toBeNull();
  expect(relationProposal(pair, { ...verdict, verdict: 'unrelated' }, tickets)).toBeNull();
  expect(relationProposal(pair, verdict, tickets)?.reason).toBe('They ask for the same.');
});
