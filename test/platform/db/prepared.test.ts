import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import selfCheck from '../../../agents/self-check/agent.js';
import { publishBuiltIns } from '../../../src/engine/agents/publish-built-ins.js';
import { Admission } from '../../../src/engine/runs/admission.js';
import { PostgresRunStore } from '../../../src/engine/runs/run.store.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { prepared } from '../../../src/platform/db/prepared.js';
import { sharedParts } from '../../support/private-parts.js';
import { signer } from '../../support/signing-keys.js';
import { TestStack } from '../../support/stack.js';

const stack = new TestStack(sharedParts());
beforeAll(() => stack.open());
afterAll(() => stack.close());

async function oneConnection(): Promise<DataSource> {
  const db = await createDataSource(stack.database, 1, 'prepared').initialize();
  onTestFinished(() => db.destroy());
  return db;
}

const kept = (db: DataSource) =>
  db.query(`SELECT statement, custom_plans::int AS planned, generic_plans::int AS reused
              FROM pg_prepared_statements ORDER BY statement`);

test('what every run writes is parsed once for each connection, and planned only for the first few runs', async () => {
  const db = await oneConnection();
  await publishBuiltIns(db, [selfCheck]);
  const [admission, runs] = [new Admission(signer), new PostgresRunStore(db, signer)];
  for (let number = 0; number < 10; number += 1) {
    const { run } = await admission.admit(db, stack.tenant, { agent: 'self_check' }, { trigger: 'api' });
    const origin = { run_id: run.id, temporal_run_id: 'first', worker: 'one', known: 0 };
    await runs.begin(origin);
    await runs.finish(origin, { status: 'completed', result: {}, attempt: 1 }, null);
  }
  const statements = await kept(db);
  expect(statements).toHaveLength(3);
  for (const { planned, reused } of statements)
    expect({ planned, reused }).toEqual({ planned: 5, reused: 5 });
});

test('a prepared statement outlives a migration that changes what it answers with', async () => {
  const db = await oneConnection();
  await db.query('CREATE TEMPORARY TABLE things (id integer)');
  await db.query('INSERT INTO things VALUES (1)');
  const all = prepared('SELECT * FROM things WHERE id = $1');
  expect(await db.query(all, [1])).toEqual([{ id: 1 }]);
  await db.query(`ALTER TABLE things ADD COLUMN name text DEFAULT 'new'`);
  expect(await db.query(all, [1])).toEqual([{ id: 1, name: 'new' }]);
  expect(await db.query(all, [1])).toEqual([{ id: 1, name: 'new' }]);
});

test('inside a transaction the change is told, and the next try gets through', async () => {
  const db = await oneConnection();
  await db.query('CREATE TEMPORARY TABLE things (id integer)');
  const all = prepared('SELECT * FROM things WHERE id > $1');
  await db.query(all, [0]);
  await db.query('ALTER TABLE things ADD COLUMN name text');
  const attempt = () => db.transaction((tx) => tx.query(all, [0]));
  await expect(attempt()).rejects.toThrow('cached plan must not change result type');
  expect(await attempt()).toEqual([]);
});

test('statements that a pooler forgets are sent whole', async () => {
  const db = await oneConnection();
  const one = prepared('SELECT $1::int AS one');
  expect(await db.query(one, [1])).toEqual([{ one: 1 }]);
  await db.query('DISCARD ALL');
  expect(await db.query(one, [2])).toEqual([{ one: 2 }]);
});
