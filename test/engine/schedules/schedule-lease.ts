import type { DataSource } from 'typeorm';
import { vi } from 'vitest';
import { type Lease, withLease } from '../../../src/platform/locks/lease.store.js';
import { LONG } from '../../support/stack.js';

/** Does the work as the caretaker does what keeps the schedules, once nobody else has the lease. */
export async function withScheduleLease<T>(db: DataSource, work: (lease: Lease) => Promise<T>): Promise<T> {
  const done = await vi.waitUntil(() => withLease(db, 'chore/schedules', work), { ...LONG, interval: 1 });
  return done.result;
}
