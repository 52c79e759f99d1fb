import type { CustomVersion, ReadInput } from './run-input.js';

/** Of what is kept, in characters of JSON. */
const MOST_KEPT = 64_000_000;
/** A schema that could not be checked in time is tried again after this. */
const REFUSED_FOR_MS = 600_000;

interface Kept {
  read: ReadInput;
  size: number;
  until: number;
}

/**
 * What versions make of no input at all, which is what schedules ask with. A version that was published never changes, so
 * a process holds its schema against that once: a tick asks for hundreds of members within one transaction, and must not
 * wait for the schemas of one organisation again and again. The longest unused make room.
 */
export class NoInputs {
  private readonly kept = new Map<string, Kept>();
  private size = 0;

  async of(version: CustomVersion, read: () => Promise<ReadInput>): Promise<ReadInput> {
    const known = this.kept.get(version.id);
    if (known) this.forget(version.id, known);
    const answer = known && known.until > Date.now() ? known.read : await read();
    // A refusal because too much was asked for at once says nothing of the version.
    if (answer.ok || answer.error.code === 'validation_failed')
      this.keep(version.id, answer, known?.read === answer ? known.until : undefined);
    return answer;
  }

  private keep(id: string, read: ReadInput, until?: number): void {
    const earlier = this.kept.get(id);
    if (earlier) this.forget(id, earlier);
    const size = (read.ok ? JSON.stringify(read.value).length : 0) + 1000;
    const lasting = read.ok ? Number.POSITIVE_INFINITY : Date.now() + REFUSED_FOR_MS;
    this.kept.set(id, { read, size, until: until ?? lasting });
    this.size += size;
    for (const [oldest, entry] of this.kept) {
      if (this.size <= MOST_KEPT) break;
      this.forget(oldest, entry);
    }
  }

  private forget(id: string, entry: Kept): void {
    if (this.kept.delete(id)) this.size -= entry.size;
  }
}
