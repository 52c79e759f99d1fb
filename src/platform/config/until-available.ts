import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from './logger.js';

interface Waiting {
  logger: Pick<Logger, 'warn'>;
  /** What the log says, once, while the process waits. */
  words: string;
  /** Further fields for the log. */
  about?: object;
  /** Errors that waiting does not mend end it. */
  mayPass?: (error: unknown) => boolean;
  every_ms?: number;
}

/**
 * What a process needs may start after it: the attempt is repeated until it succeeds. The one waiting loop of the
 * processes' start.
 */
export async function untilAvailable<T>(
  attempt: () => Promise<T>,
  { logger, words, about = {}, mayPass = () => true, every_ms = 1000 }: Waiting,
): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!mayPass(error)) throw error;
      if (tries === 0) logger.warn({ err: error, ...about }, words);
      await pause(every_ms);
    }
  }
}
