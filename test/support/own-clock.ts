import { withDatabase } from './database.js';

/** Makes a database tell the time that it is given: its own functions go before PostgreSQL's. */
export async function ownClock(url: string, name: string): Promise<void> {
  await withDatabase(url, name, async (db) => {
    await db.query(`
      CREATE SCHEMA own_clock;
      CREATE TABLE own_clock.hand (at timestamptz NOT NULL);
      INSERT INTO own_clock.hand VALUES (pg_catalog.now());
      CREATE FUNCTION own_clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT at FROM own_clock.hand';
      CREATE FUNCTION own_clock.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT at FROM own_clock.hand';
      ALTER DATABASE ${name} SET search_path = own_clock, public, pg_catalog;
    `);
  });
}
