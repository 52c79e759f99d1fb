import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { lock, lockPart, withSessionLock } from '../../../src/platform/locks/advisory-lock.store.js';
import { LEASES, LOCKS } from '../../../src/platform/locks/names.js';
import { root } from '../../../stack/root.js';
import { sharedParts } from '../../support/private-parts.js';
import { LONG, TestStack } from '../../support/stack.js';

const stack = new TestStack(sharedParts());
let db: DataSource;

beforeAll(async () => {
  await stack.open();
  db = await createDataSource(stack.database, 4).initialize();
});
afterAll(async () => {
  await db.destroy();
  await stack.close();
});

/** How many sessions of the database wait for an advisory lock. */
const WAITING = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

test('a lock is waited for until its transaction ends; the lock of another part is free', async () => {
  const order: string[] = [];
  let second = Promise.resolve();
  await db.transaction(async (tx) => {
    await lockPart(tx, 'proposals', 'a');
    second = db.transaction(async (other) => {
      await lockPart(other, 'proposals', 'a');
      order.push('second');
    });
    await vi.waitFor(async () => expect(await db.query(WAITING)).toHaveLength(1), LONG);
    await db.transaction((other) => lockPart(other, 'proposals', 'b'));
    await db.transaction((other) => lockPart(other, 'relations', 'a'));
    order.push('first');
  });
  await second;
  expect(order).toEqual(['first', 'second']);
});

test('a lock of a session is the same lock as that of a transaction, and ends with failed work too', async () => {
  const order: string[] = [];
  let second = Promise.resolve();
  const work = withSessionLock(db, 'migrations', async () => {
    second = db.transaction(async (tx) => {
      await lock(tx, 'migrations');
      order.push('second');
    });
    await vi.waitFor(async () => expect(await db.query(WAITING)).toHaveLength(1), LONG);
    order.push('first');
    throw new Error('it broke');
  });
  await expect(work).rejects.toThrow('it broke');
  await second;
  expect(order).toEqual(['first', 'second']);
});

test('processes of every release take the same number for a lock', async () => {
  const numbers = await db.transaction(async (tx) => {
    await lockPart(tx, 'scans', '0192');
    return tx.query(`SELECT (classid::bigint << 32) | objid::bigint AS taken,
        hashtextextended('nightshift/scans/0192', 0) AS expected
      FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`);
  });
  expect(numbers).toHaveLength(1);
  expect(numbers[0].taken).toBe(numbers[0].expected);
});

test('locks and leases are taken in one folder, and every name of the tables has a use', () => {
  const files = globSync('{agents,src,activities,workflows,stack,bench,demo}/**/*.ts', { cwd: root }).map(
    (path) => ({
      path,
      text: readFileSync(join(root, path), 'utf8'),
    }),
  );
  const outside = files.filter(({ path }) => !/^src\/platform\/(locks|db\/migrations)\//.test(path));
  const taking = /pg_(try_)?advisory|\bhashtext(extended)?\(|(FROM|INTO|UPDATE) leases\b/;
  expect(files.length).toBeGreaterThan(500);
  expect(outside.filter(({ text }) => taking.test(text)).map(({ path }) => path)).toEqual([]);

  const text = outside.map((file) => file.text).join('\n');
  const locks = Object.keys(LOCKS).filter(
    (name) => !new RegExp(`(lock|lockPart|withSessionLock)\\(\\w+, '${name}'`).test(text),
  );
  const leases = Object.keys(LEASES).filter(
    (name) => !new RegExp(`withLease(InTurn)?\\([\\w.]+, \`${name}/`).test(text),
  );
  expect({ locks, leases }).toEqual({ locks: [], leases: [] });
});
