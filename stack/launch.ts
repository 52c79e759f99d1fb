import { endOfLog, logPath } from './log-file.js';
import { type ProcessPlan, RunningChild } from './running-child.js';
import { until } from './until.js';

/** A child that ended, or was ended, before it was ready. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
  constructor(
    plan: ProcessPlan,
    home: string,
    readonly how: string,
  ) {
    super(`${plan.name} ${how}. Its log: ${logPath(home, plan.name)}\n${endOfLog(home, plan.name)}`);
  }
}

interface Launch {
  home: string;
  signal?: AbortSignal;
  onSpawn?: (child: RunningChild) => void;
}

/** Gives back a child that is ready, or leaves none behind. */
export async function launch(plan: ProcessPlan, { home, signal, onSpawn }: Launch): Promise<RunningChild> {
  signal?.throwIfAborted();
  const child = new RunningChild(plan, home);
  onSpawn?.(child);
  const withinMs = plan.readyWithinMs ?? 60_000;
  try {
    const answered = await until(async () => !child.running || (await plan.ready(child)), {
      withinMs,
      signal,
    });
    if (answered && child.running) return child;
    const how = child.running ? `was not ready within ${withinMs / 1000} s` : await child.ended;
    throw new NotReady(plan, home, how);
  } catch (error) {
    await child.end();
    throw error;
  }
}

/** The first start may fail for a passing reason; the last error is the one to tell. */
export async function launchFirst(plan: ProcessPlan, options: Launch): Promise<RunningChild> {
  for (let left = plan.tries ?? 1; ; left -= 1) {
    try {
      return await launch(plan, options);
    } catch (error) {
      if (left <= 1 || options.signal?.aborted) throw error;
    }
  }
}
