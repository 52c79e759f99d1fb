import { digestOf } from '../../platform/digest.js';
import { type ChainEntry, type ChainFacts, type Head, textOf } from './chain.js';
import type { ChainFault } from './chain-fault.js';

export interface ChainFindings {
  entries: number;
  /** The number of the first entry; null if the chain is empty. */
  first: number | null;
  head: Head | null;
  signed_by: string[];
  faults: ChainFault[];
  /** Says why the noted head could not be compared; null if it could. */
  unchecked: string | null;
  /** Runs of its entries that retention has deleted. */
  removed: ReadonlySet<string>;
  /** Entries up to this one were dropped, and retention has deleted their runs; 0 where none was. */
  dropped_up_to: number;
}

/** Follows the chain entry by entry, the oldest first. */
export class ChainCheck {
  private readonly faults: ChainFault[] = [];
  private readonly removed = new Set<string>();
  private readonly signers = new Set<string>();
  private readonly cuts: ChainFacts['cut'][] = [];
  /** Entries may be dropped while the chain is read: the cut that says so comes later. */
  private readonly jumps: { entry: ChainEntry; gap: ChainFault }[] = [];
  private entries = 0;
  private first: ChainEntry | null = null;
  private head: Head | null = null;
  private adoptionEnded = false;
  /** True once the expected head was found or missed. */
  private expectedSeen = false;

  constructor(
    private readonly isSigned: (entry: ChainEntry) => boolean,
    /** Noted at an earlier check. */
    private readonly expected: Head | null = null,
  ) {}

  take(entry: ChainEntry): void {
    const { number } = entry;
    const signed = this.isSigned(entry);
    if (!signed) this.faults.push({ code: 'entry_not_signed', entry: number });
    const gap = this.head && gapBetween(this.head, entry);
    if (gap && this.head && number > this.head.number + 1) this.jumps.push({ entry, gap });
    else if (gap) this.faults.push(gap);
    if (signed) this.read(entry);
    this.first ??= entry;
    this.entries += 1;
    this.head = { number, digest: digestOf(textOf(entry)) };
    if (this.expected?.number === number) {
      this.expectedSeen = true;
      if (this.expected.digest !== this.head.digest) this.faults.push(anotherThan(number));
    }
  }

  /** The chain ends here for now: an entry that is added later does not take the place of one that was cut off. */
  caughtUp(): void {
    const { head, expected } = this;
    if (!expected || this.expectedSeen || (head && expected.number <= head.number)) return;
    this.faults.push({ code: 'chain_ends_before_noted_head', entry: expected.number });
    this.expectedSeen = true;
  }

  end(): ChainFindings {
    this.caughtUp();
    const { first, head, faults, removed, entries } = this;
    const gap = first && gapBefore(first, this.cuts);
    if (gap) faults.push(gap);
    for (const jump of this.jumps) if (gapBefore(jump.entry, this.cuts) !== null) faults.push(jump.gap);
    const dropped_up_to = Math.max(0, ...this.cuts.map(({ up_to }) => up_to));
    const unchecked = this.lookBehindCuts(dropped_up_to);
    const findings = { entries, head, faults, unchecked, removed, dropped_up_to };
    return { ...findings, first: first?.number ?? null, signed_by: [...this.signers] };
  }

  /** A cut keeps the digest of the last entry that it dropped. */
  private lookBehindCuts(dropped_up_to: number): string | null {
    if (!this.expected || this.expectedSeen) return null;
    const { number, digest } = this.expected;
    const named = this.cuts.find(({ up_to }) => up_to === number);
    if (!named && number <= dropped_up_to)
      return `The head that was noted, entry ${number}, was dropped: nothing shows any more that it was part of this chain.`;
    if (named && named.digest !== digest) this.faults.push(anotherThan(number));
    return null;
  }

  private read(entry: ChainEntry): void {
    this.signers.add(entry.key_id);
    if (entry.kind === 'removed') for (const run of entry.facts.runs) this.removed.add(run);
    if (entry.kind === 'adopted' && this.adoptionEnded)
      this.faults.push({ code: 'adopted_after_adoption_ended', entry: entry.number });
    if (entry.kind === 'adoption_ended') this.adoptionEnded = true;
    if (entry.kind === 'cut') this.cuts.push(entry.facts);
  }
}

const anotherThan = (entry: number): ChainFault => ({ code: 'entry_is_not_noted_head', entry });

/** Returns why an entry does not follow the one before it, or null. */
export function gapBetween(before: Head, { number, previous }: ChainEntry): ChainFault | null {
  if (number !== before.number + 1)
    return { code: 'entries_missing', from: before.number + 1, to: number - 1 };
  if (previous === before.digest) return null;
  return { code: 'entry_does_not_follow', entry: number };
}

/** Returns why an entry cannot be the first one beside these signed cuts, or null. */
export function gapBefore(first: ChainEntry, cuts: readonly ChainFacts['cut'][]): ChainFault | null {
  const { number, previous } = first;
  if (number === 1) return previous === '' ? null : { code: 'first_entry_has_previous' };
  if (cuts.some(({ up_to, digest }) => up_to === number - 1 && digest === previous)) return null;
  return { code: 'beginning_missing', to: number - 1 };
}
