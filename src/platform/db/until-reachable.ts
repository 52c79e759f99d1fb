import type { DataSource } from 'typeorm';
import type { Logger } from '../config/logger.js';

/** PostgreSQL may start after this process: it waits, and says so once. */
export async function untilReachable(db: DataSource, logger: Logger): Promise<DataSource> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await db.initialize();
    } catch (error) {
      if (tries === 0) logger.warn({ err: error }, 'PostgreSQL cannot be reached yet; waiting');
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

/** Fails where PostgreSQL does not answer. */
export async function databaseAnswers(db: DataSource): Promise<true> {
  await db.query('SELECT 1');
  return true;
}
