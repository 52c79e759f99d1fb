import { ENDED_STATUSES, endingEvent } from '../../../workflows/contract/run-state.js';
import type { BenchClient } from '../http.js';

const endings = new Set<string>(ENDED_STATUSES.map(endingEvent));
const LONGEST_MS = 120_000;

interface RunEnd {
  type: string;
  data: unknown;
}

interface Waiter {
  resolve(end: RunEnd): void;
  reject(error: Error): void;
}

/** The ends of runs, as one open stream tells them. */
export class RunEnds {
  readonly #waiting = new Map<string, Waiter>();
  /** Ends that were told before the answer to the request named the run. */
  readonly #early = new Map<string, RunEnd>();
  #broken: Error | undefined;

  static async open(api: BenchClient): Promise<RunEnds> {
    const stream = await api.open('/api/agent-runs/stream');
    if (stream.statusCode !== 200) throw new Error(`the stream of events answered ${stream.statusCode}`);
    return new RunEnds(stream);
  }

  private constructor(readonly stream: NodeJS.ReadableStream & { destroy(): void }) {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#hear(block);
    });
    stream.on('error', () => this.#break());
    stream.on('close', () => this.#break());
  }

  /** The event that ends the run. */
  async of(run_id: string): Promise<RunEnd> {
    const early = this.#early.get(run_id);
    if (early !== undefined) {
      this.#early.delete(run_id);
      return early;
    }
    if (this.#broken) throw this.#broken;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<RunEnd>((resolve, reject) => {
        const late = () => reject(new Error(`run ${run_id} did not end within ${LONGEST_MS / 1000} s`));
        timer = setTimeout(late, LONGEST_MS);
        this.#waiting.set(run_id, { resolve, reject });
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(run_id);
    }
  }

  close(): void {
    this.stream.destroy();
  }

  #hear(block: string): void {
    const type = /^event: (.*)$/m.exec(block)?.[1] ?? '';
    if (!endings.has(type)) return;
    const event = JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}') as { run_id: string; data: unknown };
    const end = { type, data: event.data };
    const waiter = this.#waiting.get(event.run_id);
    if (waiter) waiter.resolve(end);
    else this.#early.set(event.run_id, end);
  }

  #break(): void {
    this.#broken = new Error('the stream of events has ended');
    for (const { reject } of this.#waiting.values()) reject(this.#broken);
  }
}
