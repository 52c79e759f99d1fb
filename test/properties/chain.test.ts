import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ChainEntry, textOf } from '../../src/engine/attestation/chain.js';
import { ChainCheck } from '../../src/engine/attestation/chain-check.js';
import { digestOf } from '../../src/platform/digest.js';
import { signer } from '../support/signing-keys.js';

/** A chain as the product would write it. */
function chainOf(length: number): ChainEntry[] {
  const entries: ChainEntry[] = [];
  let previous = '';
  for (let number = 1; number <= length; number += 1) {
    const said = {
      number,
      kind: 'removed' as const,
      run_id: null,
      at: new Date(1_700_000_000_000 + number),
      facts: { runs: [`run ${number}`] },
      previous,
    };
    entries.push({ ...said, ...signer.sign(textOf(said)) });
    previous = digestOf(textOf(said));
  }
  return entries;
}

function check(entries: ChainEntry[], head: { number: number; digest: string } | null = null) {
  const checked = new ChainCheck((entry) => signer.isSigned(textOf(entry), entry), head);
  for (const entry of entries) checked.take(entry);
  return checked.end();
}

const lengths = fc.integer({ min: 2, max: 12 });

test('a chain as it was written is in order, and whoever noted its head finds what is cut off', () => {
  fc.assert(
    fc.property(lengths, fc.nat(), (length, at) => {
      const entries = chainOf(length);
      const { faults, head } = check(entries);
      expect(faults).toEqual([]);
      expect(check(entries, head).faults).toEqual([]);
      expect(check(entries.slice(0, at % length), head).faults).not.toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('no entry can be changed, left out, put in or moved', () => {
  const tamperings: Record<string, (entries: ChainEntry[], at: number) => ChainEntry[]> = {
    changed: (all, at) =>
      all.map((entry, index) => (index === at ? ({ ...entry, facts: { runs: [] } } as ChainEntry) : entry)),
    'at another time': (all, at) =>
      all.map((entry, index) => (index === at ? { ...entry, at: new Date(0) } : entry)),
    'left out': (all, at) => all.filter((_, index) => index !== at),
    'put in twice': (all, at) => all.flatMap((entry, index) => (index === at ? [entry, entry] : [entry])),
    'renumbered over a gap': (all, at) =>
      all.filter((_, index) => index !== at).map((entry, index) => ({ ...entry, number: index + 1 })),
    'signed by another key': (all, at) =>
      all.map((entry, index) => (index === at ? { ...entry, key_id: 'other' } : entry)),
  };
  fc.assert(
    fc.property(lengths, fc.nat(), fc.constantFrom(...Object.keys(tamperings)), (length, place, how) => {
      const entries = chainOf(length);
      // The last one may be cut off unseen where nobody noted the head.
      const at = place % (length - 1);
      expect(check(tamperings[how]?.(entries, at) ?? []).faults, how).not.toEqual([]);
    }),
    { numRuns: 200 },
  );
});
