import { reason, Stopped } from '../console/stopped.js';

export type ImportOutcome = 'created' | 'updated' | 'unchanged';

/** What became of each thing that was to be imported. */
export class Report {
  private readonly counts = new Map<ImportOutcome, number>();
  private done = 0;
  failed = 0;

  constructor(
    private readonly noun: string,
    private readonly total: number,
    private readonly out: NodeJS.WriteStream = process.stderr,
  ) {}

  /** One of them, which stands at this place; if it cannot be used, the others can. */
  async each(place: string, save: () => Promise<ImportOutcome>): Promise<void> {
    try {
      const outcome = await save();
      this.counts.set(outcome, this.count(outcome) + 1);
    } catch (error) {
      if (error instanceof Stopped) throw error;
      this.failed += 1;
      this.note(`${place}: ${reason(error)}`);
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

  /** One line that is written over; a log gets every hundredth. */
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
