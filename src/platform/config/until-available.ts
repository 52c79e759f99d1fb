import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from './logger.js';

interface Waiting {
  logger: Pick<Logger, 'warn'>;
  /** The log says this once while the process waits. */
  words: string;
  /** Further fields for the log. */
  about?: object;
  /** Errors that waiting does not mend end it. */
  mayPass?: (error: unknown) => boolean;
  every_ms?: number;
}

/**
 * A process may start before the services that it needs, so the attempt is repeated until it succeeds. This is the only
 * waiting loop at the start of processes.
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
