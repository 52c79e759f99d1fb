import { reason, Stopped } from '../console/stopped.js';

export type ImportOutcome = 'created' | 'updated' | 'unchanged';

/** The outcome of each imported item. */
export class Report {
  private readonly counts = new Map<ImportOutcome, number>();
  private done = 0;
  failed = 0;

  constructor(
    private readonly noun: string,
    private readonly total: number,
    private readonly out: NodeJS.WriteStream = process.stderr,
  ) {}

  /** Saves the item at this position of the input; if it cannot be used, the others still can. */
  async each(entry: string, save: () => Promise<ImportOutcome>): Promise<void> {
    try {
      const outcome = await save();
      this.counts.set(outcome, this.count(outcome) + 1);
    } catch (error) {
      if (error instanceof Stopped) throw error;
      this.failed += 1;
      this.note(`${entry}: ${reason(error)}`);
    }
    this.progress();
  }

  count(outcome: ImportOutcome): number {
    return this.counts.get(outcome) ?? 0;
  }

  note(words: string): void {
    this.out.write(`${this.clear}${words}\n`);
  }

  get summary(): string {
    const parts = [...this.counts].map(([outcome, count]) => `${count} ${outcome}`);
    return `${this.noun}: ${[...parts, `${this.failed} not usable`].join(', ')}`;
  }

  end(): void {
    this.out.write(this.clear);
    process.stdout.write(`${this.summary}\n`);
  }

  /** Writes one line over and over; a log gets every hundredth. */
  private progress(): void {
    this.done += 1;
    const words = `${this.noun} ${this.done} of ${this.total}`;
    if (this.out.isTTY) this.out.write(`${this.clear}${words}`);
    else if (this.done % 100 === 0) this.out.write(`${words}\n`);
  }

  private get clear(): string {
    return this.out.isTTY ? '\r\u001b[K' : '';
  }
}
