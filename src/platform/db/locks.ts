import type { DataSource, EntityManager } from 'typeorm';

/** What is done one at a time, in all or for one thing. Work that outlasts a transaction takes a lease instead. */
type What =
  | 'agents'
  | 'audit-chain'
  | 'bindings'
  | 'chunks'
  | 'conflicts'
  | 'migrations'
  | 'proposals'
  | 'relations'
  | 'scans'
  | 'seed'
  | 'settings';

const KEY = `hashtextextended('nightshift/' || $1 || '/' || $2, 0)`;

/** Until the transaction ends, no other one has the same lock. */
export async function lock(tx: EntityManager, what: What, of = ''): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(${KEY})`, [what, of]);
}

/** For work that is no single transaction and that nobody may take over: who comes second waits. */
export async function withSessionLock<T>(db: DataSource, what: What, work: () => Promise<T>): Promise<T> {
  const runner = db.createQueryRunner();
  try {
    await runner.query(`SELECT pg_advisory_lock(${KEY})`, [what, '']);
    try {
      return await work();
    } finally {
      await runner.query(`SELECT pg_advisory_unlock(${KEY})`, [what, '']);
    }
  } finally {
    await runner.release();
  }
}
