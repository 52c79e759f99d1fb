import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import type { LeaseName } from './names.js';

/** A lease that was not renewed for this long is anybody's: so long may work stand still after its holder is gone. */
const LEASE_MS = 15_000;
const RENEWALS_IN_A_LEASE = 3;

/** The right to do a piece of work alone, for as long as it is renewed. */
export interface Lease {
  /** Aborted when the lease is lost, or when it may have expired without this process having heard of it. */
  readonly signal: AbortSignal;
  /** Fails where the lease is lost by now; nobody else takes it before the transaction ends. */
  hold(tx: EntityManager): Promise<void>;
}

export class LeaseLost extends Error {
  constructor(name: LeaseName) {
    super(`the lease ${name} was lost; whoever has it now goes on`);
  }
}

export class LeaseTaken extends Error {
  constructor(name: LeaseName) {
    super(`another process has the lease ${name}`);
  }
}

/**
 * Does the work while no other process of the fleet does it; null where one does. The lease is a row that expires, so
 * that it outlives neither its holder nor the holder's way to PostgreSQL, however silently either ends.
 */
export async function withLease<T>(
  db: DataSource,
  name: LeaseName,
  work: (lease: Lease) => Promise<T>,
  lasts_ms = LEASE_MS,
): Promise<{ result: T } | null> {
  const requested_at = performance.now();
  const [taken]: { fence: string }[] = await db.query(TAKE, [name, randomUUID(), lasts_ms]);
  if (!taken) return null;
  const { fence } = taken;
  const lost = new AbortController();
  const lose = () => lost.abort(new LeaseLost(name));
  let over = false;
  let expiry: NodeJS.Timeout | undefined;
  const holdsSince = (moment: number) => {
    clearTimeout(expiry);
    if (!over) expiry = setTimeout(lose, Math.max(0, moment + lasts_ms - performance.now()));
  };
  const renew = async () => {
    const began = performance.now();
    const rows: unknown[] = await db.query(RENEW, [name, fence, lasts_ms]);
    if (rows.length === 0) lose();
    else holdsSince(began);
  };
  holdsSince(requested_at);
  const renewal = setInterval(() => void renew().catch(() => undefined), lasts_ms / RENEWALS_IN_A_LEASE);
  try {
    return { result: await work({ signal: lost.signal, hold: (tx) => hold(tx, name, fence) }) };
  } finally {
    over = true;
    clearInterval(renewal);
    clearTimeout(expiry);
    await db.query(GIVE_BACK, [name, fence]).catch(() => undefined);
  }
}

/** Like `withLease`, and tries again for a while, without a connection in between, if another process has the lease. */
export async function withLeaseInTurn<T>(
  db: DataSource,
  name: LeaseName,
  work: (lease: Lease) => Promise<T>,
  patience: { every_ms: number; tries: number },
): Promise<T> {
  for (let tries = 0; tries < patience.tries; tries += 1) {
    const done = await withLease(db, name, work);
    if (done) return done.result;
    await pause(patience.every_ms);
  }
  throw new LeaseTaken(name);
}

async function hold(tx: EntityManager, name: LeaseName, fence: string): Promise<void> {
  const rows: unknown[] = await tx.query(HOLD, [name, fence]);
  if (rows.length === 0) throw new LeaseLost(name);
}

/** Rows of leases that nobody has taken for a day. */
export async function forgetLeases(db: DataSource): Promise<void> {
  await db.query(`DELETE FROM leases WHERE expires_at < pg_catalog.clock_timestamp() - interval '1 day'`);
}

const EXPIRY = `pg_catalog.clock_timestamp() + $3 * interval '1 millisecond'`;
const STANDS = `name = $1 AND fence = $2 AND expires_at > pg_catalog.clock_timestamp()`;

/** The fence counts who had the lease, so that one who had it is told from the one who has it. */
const TAKE = `
  WITH taken AS (
    UPDATE leases SET holder = $2, fence = fence + 1, expires_at = ${EXPIRY}
     WHERE name = $1 AND expires_at <= pg_catalog.clock_timestamp() RETURNING fence
  ), made AS (
    INSERT INTO leases (name, holder, expires_at) SELECT $1, $2::uuid, ${EXPIRY}
     WHERE NOT EXISTS (SELECT FROM leases WHERE name = $1) ON CONFLICT (name) DO NOTHING RETURNING fence
  )
  SELECT fence FROM taken UNION ALL SELECT fence FROM made`;

const RENEW = `
  WITH renewed AS (UPDATE leases SET expires_at = ${EXPIRY} WHERE ${STANDS} RETURNING fence) SELECT fence FROM renewed`;

const GIVE_BACK = `
  WITH given AS (UPDATE leases SET expires_at = pg_catalog.clock_timestamp() WHERE ${STANDS} RETURNING fence)
  SELECT fence FROM given`;

const HOLD = `SELECT FROM leases WHERE ${STANDS} FOR SHARE`;
