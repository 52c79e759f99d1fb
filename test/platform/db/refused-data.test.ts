import { expect, inject, test } from 'vitest';
import { isRefusedData } from '../../../src/platform/temporal/refused-data.js';
import { withDatabase } from '../../support/database.js';

const failing = (sql: string) =>
  withDatabase(inject('postgres'), 'template1', (db) => db.query(sql)).catch((error: unknown) => error);

test.each([
  ['a NUL in a text', `SELECT '"\\u0000"'::jsonb ->> 0`],
  ['a number out of range', `SELECT 3000000000::int`],
  ['an id that is none', `SELECT 'x'::uuid`],
  ['a missing value', `CREATE TEMP TABLE t (a int NOT NULL); INSERT INTO t VALUES (NULL)`],
  ['a forbidden one', `CREATE TEMP TABLE t (a int CHECK (a > 0)); INSERT INTO t VALUES (0)`],
])('%s is never taken', async (_, sql) => {
  expect(isRefusedData(await failing(sql))).toBe(true);
});

test.each([
  [
    'a row that somebody else wrote first',
    `CREATE TEMP TABLE t (a int UNIQUE); INSERT INTO t VALUES (1), (1)`,
  ],
  ['a statement that was stopped', `SET statement_timeout = 1; SELECT pg_sleep(10)`],
  ['a deadlock', `DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$`],
])('%s may be tried again', async (_, sql) => {
  const error = await failing(sql);
  expect(error).toBeInstanceOf(Error);
  expect(isRefusedData(error)).toBe(false);
});
