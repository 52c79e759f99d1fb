interface Line<T> {
  waiting: T[];
  /** The time that its tasks have used, on the queue’s own clock. */
  used: number;
}

/** One queue for many: whoever has used the least time goes next, and whoever comes anew begins where the others are. */
export class FairQueue<T> {
  private readonly lines = new Map<string, Line<T>>();
  private reached = 0;

  constructor(private readonly most: number) {}

  /** False where so many of the same owner wait already. */
  add(owner: string, one: T): boolean {
    const line = this.lines.get(owner) ?? { waiting: [], used: 0 };
    if (line.waiting.length >= this.most) return false;
    if (line.waiting.length === 0) line.used = Math.max(line.used, this.reached);
    line.waiting.push(one);
    this.lines.set(owner, line);
    return true;
  }

  next(): { owner: string; one: T } | undefined {
    let first: { owner: string; line: Line<T> } | undefined;
    for (const [owner, line] of this.lines)
      if (line.waiting.length > 0 && line.used < (first?.line.used ?? Infinity)) first = { owner, line };
    const one = first?.line.waiting.shift();
    if (!first || one === undefined) return undefined;
    this.reached = first.line.used;
    return { owner: first.owner, one };
  }

  /** Nobody is kept who waits for nothing and is no longer behind the others. */
  charge(owner: string, time: number): void {
    const line = this.lines.get(owner);
    if (line) line.used += time;
    const waits = [...this.lines.values()].some(({ waiting }) => waiting.length > 0);
    for (const [name, { waiting, used }] of this.lines)
      if (waiting.length === 0 && (!waits || used <= this.reached)) this.lines.delete(name);
  }
}
