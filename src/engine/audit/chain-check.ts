import { type ChainEntry, type Head, textOf } from './chain.js';
import { digestOf } from './digest.js';

export interface ChainFindings {
  entries: number;
  /** Where it begins and ends; null where it is empty. */
  first: number | null;
  head: Head | null;
  signed_by: string[];
  /** What is wrong with it, each as a sentence. */
  faults: string[];
  /** Runs of its entries that retention has deleted. */
  removed: ReadonlySet<string>;
}

/** Follows the chain entry by entry, the oldest first. */
export class ChainCheck {
  private readonly faults: string[] = [];
  private readonly removed = new Set<string>();
  private readonly signers = new Set<string>();
  private readonly cuts: { up_to: number; digest: string }[] = [];
  private entries = 0;
  private first: ChainEntry | null = null;
  private head: Head | null = null;
  private adoptionEnded = false;
  /** Whether the expected head was found, or missed. */
  private expectedSeen = false;

  constructor(
    private readonly isSigned: (entry: ChainEntry) => boolean,
    /** Noted at an earlier check. */
    private readonly expected: Head | null = null,
  ) {}

  take(entry: ChainEntry): void {
    const { number } = entry;
    const signed = this.isSigned(entry);
    if (!signed) this.faults.push(`Entry ${number} is not signed by the key that it names.`);
    if (this.head && number !== this.head.number + 1)
      this.faults.push(`Entries ${this.head.number + 1} to ${number - 1} are missing.`);
    else if (this.head && entry.previous !== this.head.digest)
      this.faults.push(`Entry ${number} does not follow on entry ${number - 1} as it is now.`);
    if (signed) this.read(entry);
    this.first ??= entry;
    this.entries += 1;
    this.head = { number, digest: digestOf(textOf(entry)) };
    if (this.expected?.number === number) {
      this.expectedSeen = true;
      if (this.expected.digest !== this.head.digest)
        this.faults.push(`Entry ${number} is another one than the head that was noted.`);
    }
  }

  /** The chain ends here for now: an entry that is added later does not take the place of one that was cut off. */
  caughtUp(): void {
    const { first, expected } = this;
    if (!expected || this.expectedSeen || (first && expected.number < first.number)) return;
    this.faults.push(`The chain ends before the head that was noted, entry ${expected.number}.`);
    this.expectedSeen = true;
  }

  end(): ChainFindings {
    this.caughtUp();
    const { first, head, faults, removed, entries } = this;
    if (first && first.number > 1 && !this.wasCut(first))
      faults.push(
        `Entries 1 to ${first.number - 1} are missing, and no signed entry says that they were dropped.`,
      );
    if (first?.number === 1 && first.previous !== '')
      faults.push('Entry 1 says that there is one before it.');
    return { entries, first: first?.number ?? null, head, signed_by: [...this.signers], faults, removed };
  }

  private read(entry: ChainEntry): void {
    this.signers.add(entry.key_id);
    if (entry.kind === 'removed') for (const run of entry.facts.runs) this.removed.add(run);
    if (entry.kind === 'adopted' && this.adoptionEnded)
      this.faults.push(`Entry ${entry.number} adopts a run after adoption had ended.`);
    if (entry.kind === 'adoption_ended') this.adoptionEnded = true;
    if (entry.kind === 'cut') this.cuts.push(entry.facts);
  }

  private wasCut(first: ChainEntry): boolean {
    return this.cuts.some(({ up_to, digest }) => up_to === first.number - 1 && digest === first.previous);
  }
}
