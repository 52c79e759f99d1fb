import type { Engine } from './engine.js';

const TRY_EVERY_MS = 5000;

/**
 * Registers the search attributes at the start of a process, as soon as Temporal answers, and reports once if it may
 * not.
 */
export function untilRegistered(engine: Engine, say: (words: string) => void): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let reported = false;
  const attempt = async () => {
    const answered = await engine.reachable();
    if (answered) await engine.register();
    if (stopped || (answered && !engine.lacking)) return;
    if (engine.lacking && !reported) say(`${engine.lacking} (Temporal says: ${engine.refusedWith})`);
    reported ||= engine.lacking !== null;
    timer = setTimeout(() => void attempt(), TRY_EVERY_MS);
  };
  void attempt();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
