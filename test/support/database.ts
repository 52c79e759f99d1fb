import pg from 'pg';
import { migrate } from '../../src/commands/migrate.js';

export async function withDatabase<T>(
  url: string,
  name: string,
  work: (db: pg.Client) => Promise<T>,
): Promise<T> {
  const db = new pg.Client({ connectionString: url.replace(/\/[^/]*$/, `/${name}`) });
  await db.connect();
  try {
    return await work(db);
  } finally {
    await db.end();
  }
}

/** A database of one's own, cloned from the migrated template. */
export async function cloneDatabase(url: string, name: string): Promise<string> {
  await withDatabase(url, 'postgres', (db) =>
    db.query(`CREATE DATABASE ${name} TEMPLATE template_nightshift`),
  );
  return url.replace(/\/[^/]*$/, `/${name}`);
}

export async function dropDatabase(url: string, name: string): Promise<void> {
  await withDatabase(url, 'postgres', (db) => db.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

/** The migrated schema, to be cloned. */
export async function makeTemplate(url: string): Promise<void> {
  await withDatabase(url, 'postgres', (db) => db.query('CREATE DATABASE template_nightshift'));
  await migrate(url.replace(/\/[^/]*$/, '/template_nightshift'));
}
