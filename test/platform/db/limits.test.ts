import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { withoutLimits } from '../../../src/platform/db/limits.js';
import { isDatabaseOutage } from '../../../src/platform/http/problem.filter.js';
import { sharedParts } from '../../support/private-parts.js';
import { LONG, TestStack } from '../../support/stack.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const stack = new TestStack(sharedParts());
let proxy: TcpProxy;
let db: DataSource;

beforeAll(async () => {
  await stack.open();
  proxy = await TcpProxy.open(stack.database);
  db = await createDataSource(proxy.url, 2, 'limited', { statement_ms: 300 }).initialize();
});
afterAll(async () => {
  await proxy.close();
  await db.destroy();
  await stack.close();
});

const LONGER = `SELECT pg_sleep(0.6)`;

test('each session asks PostgreSQL to notice a dead peer, and to cut off what takes too long', async () => {
  const names = ['tcp_keepalives_idle', 'tcp_user_timeout', 'statement_timeout', 'lock_timeout'];
  const rows: { name: string; setting: string }[] = await db.query(
    `SELECT name, setting FROM pg_settings WHERE name = ANY($1)`,
    [names],
  );
  expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
    tcp_keepalives_idle: '10',
    tcp_user_timeout: '25000',
    statement_timeout: '300',
    lock_timeout: '300',
  });
});

test('a statement that takes too long fails as an outage does; upkeep has no limits, and leaves them in place', async () => {
  const failure = await db.query(LONGER).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: '57014' });
  expect(isDatabaseOutage(failure)).toBe(true);
  const pids = await withoutLimits(db, async (own) => {
    await own.query(LONGER);
    return own.query(`SELECT pg_backend_pid() AS pid`);
  });
  for (const _ of [1, 2]) await expect(db.query(LONGER)).rejects.toMatchObject({ code: '57014' });
  expect(pids).toHaveLength(1);
});

test('a connection whose path is dead fails the statement that waits on it, and the pool makes another', async () => {
  await db.query('SELECT 1');
  proxy.drop();
  const failure = await db.query('SELECT 1').catch((error: unknown) => error);
  expect(isDatabaseOutage(failure), String(failure)).toBe(true);
  await vi.waitFor(async () => expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]), LONG);
}, 60_000);
