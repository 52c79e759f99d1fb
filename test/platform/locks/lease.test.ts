import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import {
  type Lease,
  LeaseLost,
  LeaseTaken,
  withLease,
  withLeaseInTurn,
} from '../../../src/platform/locks/lease.store.js';
import { sharedParts } from '../../support/private-parts.js';
import { LONG, TestStack } from '../../support/stack.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const stack = new TestStack(sharedParts());
let proxy: TcpProxy;
let lost: DataSource;
let other: DataSource;

beforeAll(async () => {
  await stack.open();
  proxy = await TcpProxy.open(stack.database);
  lost = await createDataSource(proxy.url, 3, 'lost', { statement_ms: 1000 }).initialize();
  other = await createDataSource(stack.database, 3).initialize();
});
afterAll(async () => {
  await proxy.close();
  await Promise.all([lost.destroy(), other.destroy()]);
  await stack.close();
});

/** Work that goes on until it is let go. */
function endless() {
  let end!: () => void;
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { end, work: () => done };
}

test('one at a time has a lease; when the work has ended, or failed, another may take it at once', async () => {
  const { end, work } = endless();
  const first = withLease(other, 'chore/one', work);
  await vi.waitFor(
    async () => expect(await stack.query(`SELECT FROM leases WHERE name = 'chore/one'`)).toHaveLength(1),
    LONG,
  );
  expect(await withLease(lost, 'chore/one', async () => 1)).toBeNull();
  end();
  await first;
  const failing = withLease(lost, 'chore/one', () => Promise.reject(new Error('it broke')));
  await expect(failing).rejects.toThrow('it broke');
  expect(await withLease(other, 'chore/one', async () => 2)).toEqual({ result: 2 });
});

test('who asks in turn gets the lease once it is given back, and fails when it stays taken', async () => {
  const { end, work } = endless();
  const first = withLease(other, 'chore/turn', work);
  await vi.waitFor(
    async () => expect(await stack.query(`SELECT FROM leases WHERE name = 'chore/turn'`)).toHaveLength(1),
    LONG,
  );
  const impatient = withLeaseInTurn(lost, 'chore/turn', async () => 1, { every_ms: 1, tries: 2 });
  await expect(impatient).rejects.toThrow(LeaseTaken);
  const patient = withLeaseInTurn(lost, 'chore/turn', async () => 2, { every_ms: 5, tries: 10_000 });
  end();
  await first;
  expect(await patient).toBe(2);
});

test('of many who ask at once for a lease that nobody had, one gets it', async () => {
  const { end, work } = endless();
  const asked = Array.from({ length: 20 }, (_, n) => withLease(n % 2 ? lost : other, 'chore/new', work));
  let refused = 0;
  for (const one of asked) {
    void one.then((answer) => {
      if (answer === null) refused += 1;
    });
  }
  await vi.waitFor(() => expect(refused).toBe(19), LONG);
  end();
  expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
});

test('a lease is renewed for as long as the work goes on', async () => {
  const { end, work } = endless();
  const held = withLease(other, 'chore/long', work, 600);
  const renewed = async () =>
    (await stack.query<{ expires_at: Date }>(`SELECT expires_at FROM leases WHERE name = 'chore/long'`))[0]
      ?.expires_at;
  const first = await vi.waitUntil(renewed, LONG);
  await vi.waitFor(async () => expect(Number(await renewed()) - Number(first)).toBeGreaterThan(1200), LONG);
  expect(await withLease(lost, 'chore/long', async () => 1, 600)).toBeNull();
  end();
  expect(await held).toEqual({ result: undefined });
});

test('a holder whose path is dead loses its lease, hears of it by its own clock, and writes nothing late', async () => {
  const { end, work } = endless();
  let lease!: Lease;
  const held = withLease(lost, 'chore/path', async (given) => {
    lease = given;
    await lost.transaction((tx) => lease.hold(tx));
    proxy.drop({ whole: true });
    await work();
  });
  await vi.waitFor(() => expect(lease).toBeDefined(), LONG);
  const taken = await vi.waitUntil(() => withLease(other, 'chore/path', async () => lease.signal.aborted), {
    timeout: 30_000,
    interval: 50,
  });
  expect(taken).toEqual({ result: true });
  proxy.heal();
  await vi.waitFor(async () => {
    await expect(lost.transaction((tx) => lease.hold(tx))).rejects.toThrow(LeaseLost);
  }, LONG);
  end();
  await held;
  expect(await withLease(other, 'chore/path', async () => 'again')).toEqual({ result: 'again' });
}, 90_000);

test('while a transaction holds the lease, nobody takes it over, however late it is', async () => {
  const order: string[] = [];
  const held = withLease(
    other,
    'chore/fenced',
    async (lease) => {
      await other.transaction(async (tx) => {
        await lease.hold(tx);
        await vi.waitUntil(async () => {
          const [row] = await stack.query<{ late: boolean }>(
            `SELECT expires_at < clock_timestamp() AS late FROM leases WHERE name = 'chore/fenced'`,
          );
          return row?.late;
        }, LONG);
        const taking = withLease(lost, 'chore/fenced', async () => order.push('taken'));
        void taking.catch(() => undefined);
        await stack.query('SELECT 1');
        order.push('written');
      });
    },
    300,
  );
  await held;
  expect(order[0]).toBe('written');
});
