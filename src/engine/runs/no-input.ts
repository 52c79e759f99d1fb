import type { CustomVersion } from './admission.store.js';
import type { ReadInput } from './run-input.js';

/** The limit of the kept results, in characters of JSON. */
const MOST_KEPT = 64_000_000;
/** A schema that could not be checked in time is tried again after this. */
const REFUSED_FOR_MS = 600_000;

interface Kept {
  read: ReadInput;
  size: number;
  until: number;
}

/**
 * The results of checking no input against versions, which is the input of schedules. A published version never
 * changes, so a process checks it once, and a tick finds the result here within its transaction. The least recently
 * used make room.
 */
export class NoInputs {
  private readonly kept = new Map<string, Kept>();
  private size = 0;

  known(id: string): ReadInput | undefined {
    const entry = this.kept.get(id);
    if (!entry) return undefined;
    this.forget(id, entry);
    if (entry.until <= Date.now()) return undefined;
    this.put(id, entry);
    return entry.read;
  }

  async of({ id }: CustomVersion, ask: () => Promise<ReadInput>): Promise<ReadInput> {
    const known = this.known(id);
    if (known) return known;
    const read = await ask();
    // A refusal because too much was asked for at once says nothing of the version.
    if (!read.ok && read.error.code !== 'validation_failed') return read;
    const size = (read.ok ? JSON.stringify(read.value).length : 0) + 1000;
    this.put(id, { read, size, until: read.ok ? Number.POSITIVE_INFINITY : Date.now() + REFUSED_FOR_MS });
    return read;
  }

  private put(id: string, entry: Kept): void {
    const earlier = this.kept.get(id);
    if (earlier) this.forget(id, earlier);
    this.kept.set(id, entry);
    this.size += entry.size;
    for (const [oldest, unused] of this.kept) {
      if (this.size <= MOST_KEPT) break;
      this.forget(oldest, unused);
    }
  }

  private forget(id: string, entry: Kept): void {
    if (this.kept.delete(id)) this.size -= entry.size;
  }
}
