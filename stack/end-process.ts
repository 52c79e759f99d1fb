import { until } from './until.js';

/** A signal, and how long its effect is waited for before the next one. */
export type StopStep = [signal: NodeJS.Signals, waitMs: number];

export const politeStop: StopStep[] = [
  ['SIGTERM', 10_000],
  ['SIGKILL', 5_000],
];

/** PostgreSQL's words: SIGINT ends sessions and closes cleanly, SIGQUIT leaves recovery to the next start. */
export const postgresStop: StopStep[] = [
  ['SIGINT', 15_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
];

/** Returns true when the process has ended. */
export async function endProcess(pid: number, running: () => boolean, steps: StopStep[]): Promise<boolean> {
  for (const [signal, waitMs] of steps) {
    if (!running()) return true;
    sendSignal(pid, signal);
    if (await until(() => !running(), { withinMs: waitMs, everyMs: 10 })) return true;
  }
  return !running();
}

export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
