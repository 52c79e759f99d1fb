/** A queue for many owners: each in turn gives one, so that nobody waits for all that another has brought. */
export class ByTurns<T> {
  private readonly lines = new Map<string, T[]>();

  add(owner: string, one: T): void {
    const line = this.lines.get(owner);
    if (line) line.push(one);
    else this.lines.set(owner, [one]);
  }

  /** Takes the longest waiting item of the owner whose turn it is. */
  next(): T | undefined {
    const [first] = this.lines;
    if (!first) return undefined;
    const [owner, line] = first;
    const one = line.shift();
    this.lines.delete(owner);
    if (line.length > 0) this.lines.set(owner, line);
    return one;
  }

  /** Removes and returns all waiting items. */
  clear(): T[] {
    const all = [...this.lines.values()].flat();
    this.lines.clear();
    return all;
  }
}
