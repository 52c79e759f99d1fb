import { BadSettings, readEnvironment } from '../platform/config/environment.js';
import { createDataSource } from '../platform/db/data-source.js';
import { withSessionLock } from '../platform/locks/advisory-lock.store.js';

/**
 * Brings the schema up to date. Several replicas may run it at once: one works, the others wait, as long as it takes.
 * The session that holds the lock ends with its process, and within half a minute of its host.
 */
export async function migrate(url: string): Promise<string[]> {
  const db = await createDataSource(url, 2, 'nightshift-migrate').initialize();
  try {
    return await withSessionLock(db, 'migrations', async () => {
      const done = await db.runMigrations({ transaction: 'each' });
      return done.map(({ name }) => name);
    });
  } finally {
    await db.destroy();
  }
}

if (import.meta.filename === process.argv[1]) {
  const { DATABASE_URL } = readEnvironment();
  if (!DATABASE_URL) throw new BadSettings('DATABASE_URL: is needed to migrate');
  const done = await migrate(DATABASE_URL);
  console.log(done.length > 0 ? `migrated: ${done.join(', ')}` : 'the schema is up to date');
}
