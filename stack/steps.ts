import { inSeconds } from './stack.js';

/** Does one part of the start and says in one line what came of it and how long it took. */
export type Step = <T>(title: string, act: () => Promise<T>, detail?: (result: T) => string) => Promise<T>;

export function createStep(print: (line: string) => void): Step {
  return async (title, act, detail) => {
    const began = performance.now();
    const result = await act();
    const took = inSeconds(performance.now() - began);
    print(`  ${title.padEnd(14)}${took.padStart(8)}   ${detail?.(result) ?? ''}`.trimEnd());
    return result;
  };
}
