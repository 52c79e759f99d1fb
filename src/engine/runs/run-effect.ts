import type { DataSource, EntityManager } from 'typeorm';
import { claimEffect, effectOf, setEffect } from './effect.store.js';

/**
 * Does `work` once for a run and key. One transaction holds the effect and its record, and a repetition gets its
 * answer.
 */
export async function effectOnce<T>(
  db: DataSource,
  run_id: string,
  key: string,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T> {
  return db.transaction(async (tx) => {
    if (!(await claimEffect(tx, run_id, key))) {
      const effect = await effectOf(tx, run_id, key);
      return effect!.data as T;
    }
    const answer = await work(tx);
    await setEffect(tx, { run_id, key, data: answer });
    return answer;
  });
}
