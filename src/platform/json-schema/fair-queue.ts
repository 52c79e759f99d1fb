interface Line<T> {
  waiting: T[];
  /** The time that its tasks have used, on the queue's own clock. */
  used: number;
  /** The time when the owner's last task ended. */
  ended: number;
}

/**
 * An owner who has not been here for a while begins this far before the others, and so waits for none of their next
 * tasks.
 */
const LEAD_MS = 1000;
const REMEMBERED_MS = 60_000;

/**
 * One queue for many owners: the one that has used the least time goes next. A new owner begins a little before the
 * others. One that was here a moment ago begins where it left off, so that coming back does not make up for the time it
 * has used.
 */
export class FairQueue<T> {
  private readonly lines = new Map<string, Line<T>>();
  private reached = 0;

  constructor(private readonly most: number) {}

  /** Returns false if so many tasks of the same owner wait already. */
  add(owner: string, one: T): boolean {
    const line = this.lines.get(owner) ?? { waiting: [], used: Number.NEGATIVE_INFINITY, ended: 0 };
    if (line.waiting.length >= this.most) return false;
    if (line.waiting.length === 0) line.used = Math.max(line.used, this.reached - LEAD_MS);
    line.waiting.push(one);
    this.lines.set(owner, line);
    return true;
  }

  /** Returns false if the task waits no longer. */
  remove(owner: string, one: T): boolean {
    const waiting = this.lines.get(owner)?.waiting ?? [];
    const at = waiting.indexOf(one);
    if (at >= 0) waiting.splice(at, 1);
    return at >= 0;
  }

  next(): { owner: string; one: T } | undefined {
    let first: { owner: string; line: Line<T> } | undefined;
    for (const [owner, line] of this.lines)
      if (line.waiting.length > 0 && line.used < (first?.line.used ?? Infinity)) first = { owner, line };
    const one = first?.line.waiting.shift();
    if (!first || one === undefined) return undefined;
    this.reached = Math.max(this.reached, first.line.used);
    return { owner: first.owner, one };
  }

  /**
   * Owners who have not been here for a while are forgotten: the lines are ordered by the time of their last charge.
   */
  charge(owner: string, time: number): void {
    const now = performance.now();
    const line = this.lines.get(owner);
    if (line) {
      this.lines.delete(owner);
      this.lines.set(owner, { ...line, used: line.used + time, ended: now });
    }
    for (const [name, { waiting, ended }] of this.lines) {
      if (waiting.length > 0) continue;
      if (now - ended < REMEMBERED_MS) break;
      this.lines.delete(name);
    }
  }
}
