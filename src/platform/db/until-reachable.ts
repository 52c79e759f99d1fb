import type { DataSource } from 'typeorm';
import type { Logger } from '../config/logger.js';
import { untilAvailable } from '../config/until-available.js';

export function untilReachable(db: DataSource, logger: Logger): Promise<DataSource> {
  return untilAvailable(() => db.initialize(), {
    logger,
    words: 'PostgreSQL cannot be reached yet; waiting',
  });
}

/** Fails if PostgreSQL does not answer. */
export async function databaseAnswers(db: DataSource): Promise<true> {
  await db.query('SELECT 1');
  return true;
}
