import type { StopStep } from './end-process.js';
import type { ProcessPlan } from './running-child.js';

/** This is longer than a worker's own time to let its activities end. */
const stop: StopStep[] = [
  ['SIGTERM', 20_000],
  ['SIGKILL', 5_000],
];

/** Left to itself, V8 gives short-lived objects more room than these processes have use for. */
const youngSpace: Record<string, string[]> = {
  api: ['--max-semi-space-size=4'],
  worker: ['--max-semi-space-size=8'],
  'offline-model': ['--max-semi-space-size=8'],
};

/** A Node program of the stack: it runs under the same Node, and ends when the channel to the supervisor does. */
export function nodeChild(
  name: string,
  entry: string,
  env: NodeJS.ProcessEnv,
  ready: ProcessPlan['ready'],
): ProcessPlan {
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', ...(youngSpace[name] ?? []), entry],
    env,
    ready,
    channel: true,
    stop,
  };
}

export async function responds(url: string, isGood: (status: number) => boolean): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    return isGood(response.status);
  } catch {
    return false;
  }
}
