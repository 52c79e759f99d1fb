import type { DataSource, EntityManager } from 'typeorm';
import type { PartLock, ServerLock } from './names.js';

/**
 * PostgreSQL knows an advisory lock by this number alone. It must stay the same: during an upgrade, processes of two
 * releases migrate, decide and sign at once, and would not wait for each other under two numbers.
 */
const KEY = `hashtextextended('nightshift/' || $1 || '/' || $2, 0)`;

/** No other transaction of the server has the same lock until this transaction ends. */
export async function lock(tx: EntityManager, name: ServerLock): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(${KEY})`, [name, '']);
}

/** Like `lock`, for one project, source or binding: the others are free meanwhile. */
export async function lockPart(tx: EntityManager, name: PartLock, part: string): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(${KEY})`, [name, part]);
}

/** Locks work of several transactions that nobody may take over: the lock ends with the work, or with its session. */
export async function withSessionLock<T>(
  db: DataSource,
  name: ServerLock,
  work: () => Promise<T>,
): Promise<T> {
  const runner = db.createQueryRunner();
  try {
    await runner.query(`SELECT pg_advisory_lock(${KEY})`, [name, '']);
    try {
      return await work();
    } finally {
      await runner.query(`SELECT pg_advisory_unlock(${KEY})`, [name, '']);
    }
  } finally {
    await runner.release();
  }
}
