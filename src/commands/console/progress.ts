const EVERY_MS = 5000;

/** One line that is written over; a log gets one every few seconds, and the last. */
export class ProgressLine {
  private written = Number.NEGATIVE_INFINITY;

  constructor(private readonly out: NodeJS.WriteStream = process.stderr) {}

  told(what: string, done: number, total: number): void {
    const words = `${what} ${done} of ${total}`;
    if (this.out.isTTY) this.out.write(`${this.clear}${words}`);
    else if (done === total || performance.now() - this.written > EVERY_MS) {
      this.written = performance.now();
      this.out.write(`${words}\n`);
    }
  }

  note(words: string): void {
    this.out.write(`${this.clear}${words}\n`);
  }

  end(): void {
    this.out.write(this.clear);
  }

  private get clear(): string {
    return this.out.isTTY ? '\r\u001b[K' : '';
  }
}
