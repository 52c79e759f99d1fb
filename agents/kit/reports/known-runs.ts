/** One statement of a model about runs. */
export interface Point {
  text: string;
  run_ids: string[];
}

const MOST_CHARACTERS = 600;
const KEY = /\bTCK-\d+\b/gi;

/** A ticket may be named where its key stands in what a model was told. */
export function ticketKeysIn(facts: object): string[] {
  return [...new Set((JSON.stringify(facts).match(KEY) ?? []).map((key) => key.toUpperCase()))];
}

/** Holds a model's words to the runs and tickets it was told of: other ids and keys are dropped, and counted. */
export class KnownRuns {
  unknown_ids = 0;
  private readonly keys: ReadonlySet<string>;

  constructor(
    private readonly runs: readonly { run_id: string }[],
    ticket_keys: readonly string[] = [],
  ) {
    this.keys = new Set(ticket_keys);
  }

  points(points_given: readonly Point[]): Point[] {
    return points_given.map(({ text, run_ids }) => ({
      text: this.line(text),
      run_ids: [...new Set(run_ids.map((id) => id.toLowerCase()))].filter((id) => this.isKnown(id)),
    }));
  }

  /** Returns one short line. */
  line(text: string): string {
    const plain = text
      .replace(/\p{Surrogate}/gu, '\ufffd')
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim();
    const held = plain
      .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, (id) =>
        this.isKnown(id.toLowerCase()) ? id : 'an unknown run',
      )
      .replace(KEY, (key) => (this.isTicket(key.toUpperCase()) ? key : 'an unknown ticket'));
    return [...held].slice(0, MOST_CHARACTERS).join('');
  }

  private isKnown(id: string): boolean {
    const known = this.runs.some(({ run_id }) => run_id === id);
    if (!known) this.unknown_ids += 1;
    return known;
  }

  private isTicket(key: string): boolean {
    const known = this.keys.has(key);
    if (!known) this.unknown_ids += 1;
    return known;
  }
}
