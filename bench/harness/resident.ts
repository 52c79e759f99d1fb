import { type Figures, type Pids, residentMb } from './processes.js';

const EVERY_MS = 250;

export function resident(pids: Pids): Figures {
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, residentMb(pid)]));
}

/** The most that each process held while `work` went on. */
export async function mostResident<T>(
  pids: Pids,
  work: () => Promise<T>,
): Promise<{ result: T; most: Figures }> {
  const most = resident(pids);
  const timer = setInterval(() => {
    for (const [name, value] of Object.entries(resident(pids))) most[name] = Math.max(most[name] ?? 0, value);
  }, EVERY_MS);
  try {
    return { result: await work(), most };
  } finally {
    clearInterval(timer);
  }
}
