import type { BenchStack } from './stack.js';
import type { Ratio } from './stats.js';

/** The state of the stack when the part begins; parts are measured in this order. */
export const CONDITIONS = ['fresh', 'quiet', 'any'] as const;

/** Results for a program to read: the ratios, and each figure under its key in the JSON file. */
export interface PartSummary<Results extends object> {
  ratios?: Record<string, Ratio | undefined>;
  results: Results;
}

/** One question that the bench answers. Each folder of the bench with an `index.ts` exports one by default. */
export interface BenchPart<Sizes extends object, Measured, Results extends object> {
  /** The name for `--only`, which is the name of the folder. */
  name: string;
  question: string;
  /**
   * `fresh`: no run was made since the start. `quiet`: the database holds only the runs of other quiet parts.
   * `any`: the part may follow every other one.
   */
  condition: (typeof CONDITIONS)[number];
  /** The sizes of the measurement; `quick` replaces the sizes that it names. */
  sizes: { full: Sizes; quick: Partial<Sizes> };
  measure(bench: BenchStack, sizes: Sizes): Promise<Measured>;
  summarise(measured: Measured): PartSummary<Results>;
  /** The lines of the report that follow the ratios. */
  report(results: Results): string[];
}

// biome-ignore lint/suspicious/noExplicitAny: the harness hands each part its own sizes, measurements and results.
export type AnyPart = BenchPart<any, any, any>;

/** Infers the types that the methods of a part share. */
export function definePart<Sizes extends object, Measured, Results extends object>(
  part: BenchPart<Sizes, Measured, Results>,
): AnyPart {
  return part;
}

export function sizesOf({ sizes }: AnyPart, isQuick: boolean): Record<string, unknown> {
  return isQuick ? { ...sizes.full, ...sizes.quick } : { ...sizes.full };
}
