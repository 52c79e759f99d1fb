/** The smallest value that at least `share` of all values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('there is no percentile of nothing');
  if (!(share > 0 && share <= 1)) throw new Error('a share lies above 0 and up to 1');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1]!;
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('there is no median of nothing');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/** Round by round, so that a drift of the machine hits both sides of each ratio. */
export function ratios(ours: readonly number[], floor: readonly number[]): number[] {
  if (ours.length !== floor.length) throw new Error('ratios need as many rounds on both sides');
  return ours.map((value, round) => value / floor[round]!);
}

/** The ratio of one of our figures to another, with the words of the report. */
export interface Ratio {
  title: string;
  /** Empty if there is no target. */
  target: string;
  value: number;
  rounds: number[];
}

/** The ratio of both sides, as the median of the rounds. */
export function ratioOfSides(
  words: Pick<Ratio, 'title' | 'target'>,
  ours: readonly number[],
  floor: readonly number[],
): Ratio {
  return { ...words, value: medianRatio(ours, floor), rounds: ratios(ours, floor) };
}

export function medianRatio(ours: readonly number[], floor: readonly number[]): number {
  return median(ratios(ours, floor));
}

export const p50 = (values: readonly number[]) => percentile(values, 0.5);
export const p95 = (values: readonly number[]) => percentile(values, 0.95);
