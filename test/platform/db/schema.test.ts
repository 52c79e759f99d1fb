import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { dumpSchema } from '../../../src/commands/gen/schema-dump.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { dropDatabase, withDatabase } from '../../support/database.js';
import { useDatabase } from '../../support/own-database.js';
import { Program } from '../../support/program.js';

const own = useDatabase();

test('schema.sql is the result of the migrations', async () => {
  const db = await createDataSource(own.url, 1).initialize();
  const committed = readFileSync(join(import.meta.dirname, '../../../src/platform/db/schema.sql'), 'utf8');
  expect(await dumpSchema(db)).toBe(committed);
  await db.destroy();
});

/** The statements that write events fill these columns themselves, so the class leaves them out. */
const LEFT_OUT: Record<string, string[]> = { agent_run_events: ['era', 'token', 'xid'] };

const COLUMNS = `
  SELECT a.attname || ' ' || format_type(a.atttypid, NULL) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
         || CASE WHEN a.atthasdef THEN ' DEFAULT' ELSE '' END
         || CASE WHEN k.conkey IS NOT NULL THEN ' KEY' ELSE '' END AS text
    FROM pg_attribute a LEFT JOIN pg_constraint k ON k.conrelid = a.attrelid AND k.contype = 'p' AND a.attnum = ANY (k.conkey)
   WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> ALL ($2)
   ORDER BY a.attname`;

test('a class has the columns of its table, with their types, their defaults and its key', async () => {
  const db = await createDataSource(own.url, 1).initialize();
  for (const { tableName, columns } of db.entityMetadatas) {
    const stored: { text: string }[] = await db.query(COLUMNS, [tableName, LEFT_OUT[tableName] ?? []]);
    const declared = columns.map((column) => {
      const type = `${db.driver.normalizeType(column)}${column.isArray ? '[]' : ''}`;
      const parts = [column.databaseName, type];
      if (!column.isNullable) parts.push('NOT NULL');
      if (column.default !== undefined) parts.push('DEFAULT');
      if (column.isPrimary) parts.push('KEY');
      return parts.join(' ');
    });
    expect(declared.sort(), tableName).toEqual(stored.map(({ text }) => text).sort());
  }
  await db.destroy();
});

test('several replicas may migrate an empty database at once', async () => {
  const empty = `${own.name}_empty`;
  await withDatabase(inject('postgres'), 'postgres', (db) => db.query(`CREATE DATABASE ${empty}`));
  const DATABASE_URL = own.url.replace(own.name, empty);
  const programs = Array.from({ length: 3 }, () => Program.start('migrate', { DATABASE_URL }));
  expect(await Promise.all(programs.map((program) => program.ended()))).toEqual([0, 0, 0]);
  expect(programs.filter((program) => program.log.includes('migrated:'))).toHaveLength(1);
  await dropDatabase(inject('postgres'), empty);
});

test('a migration can be taken back and made again', async () => {
  const db = await createDataSource(own.url, 1).initialize();
  await db.undoLastMigration();
  await db.runMigrations();
  await db.destroy();
});
