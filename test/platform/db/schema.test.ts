import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { dumpSchema } from '../../../src/commands/gen/schema-dump.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { dropDatabase, withDatabase } from '../../support/database.js';
import { useDatabase } from '../../support/own-database.js';
import { Program } from '../../support/program.js';

const own = useDatabase();

test('schema.sql is what the migrations come to', async () => {
  const db = await createDataSource(own.url, 1).initialize();
  const committed = readFileSync(join(import.meta.dirname, '../../../src/platform/db/schema.sql'), 'utf8');
  expect(await dumpSchema(db)).toBe(committed);
  await db.destroy();
});

test('every entity names columns that exist, as nullable as they are', async () => {
  const db = await createDataSource(own.url, 1).initialize();
  for (const { tableName, columns } of db.entityMetadatas) {
    const rows: { column_name: string; is_nullable: string }[] = await db.query(
      `SELECT column_name, is_nullable FROM information_schema.columns WHERE table_name = $1`,
      [tableName],
    );
    const found = new Map(rows.map((row) => [row.column_name, row.is_nullable === 'YES']));
    for (const { databaseName, isNullable } of columns) {
      expect(found.get(databaseName), `${tableName}.${databaseName}`).toBe(isNullable);
    }
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
