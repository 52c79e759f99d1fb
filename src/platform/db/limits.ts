import type { Socket } from 'node:net';
import pg from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import type { Environment } from '../config/environment.js';
import { PreparingClient } from './prepared.js';

/** The time that statements may take; without limits they take as long as they need, as in migrations. */
export interface Limits {
  statement_ms: number;
}

export function databaseLimits(env: Environment): Limits {
  return { statement_ms: env.DATABASE_STATEMENT_TIMEOUT_SECONDS * 1000 };
}

const LOCK_MS = 10_000;
const IDLE_IN_TRANSACTION_MS = 30_000;
/** This is added to the limit of a statement, because PostgreSQL reports by itself that it has cut one off. */
const GRACE_MS = 5000;

/** PostgreSQL gives up a client whose host or path is gone, with all that its session holds. */
const DEAD_PEER = {
  tcp_keepalives_idle: 10,
  tcp_keepalives_interval: 5,
  tcp_keepalives_count: 3,
  tcp_user_timeout: 25_000,
};

/** The settings that each session sends to PostgreSQL as it begins; settings in the address itself replace them. */
export function sessionOptions(limits?: Limits): string {
  const timeouts = limits && {
    statement_timeout: limits.statement_ms,
    lock_timeout: Math.min(LOCK_MS, limits.statement_ms),
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  };
  const settings = Object.entries({ ...DEAD_PEER, ...timeouts });
  return settings.map(([name, value]) => `-c ${name}=${value}`).join(' ');
}

export const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };

/** The parts of a client of `pg` that its types leave out. */
interface Inside {
  connection: { stream: Socket };
  _getActiveQuery(): unknown;
}

/** Ends the connection at once, whatever becomes of the other side: what waits for an answer fails. */
export function sever(client: pg.Client, why: string): void {
  (client as unknown as Inside).connection.stream.destroy(new Error(`Connection terminated: ${why}`));
}

const watched = new WeakMap<pg.Client, number>();

/** A client that gives its connection up when an answer is overdue: the pool makes another one in its place. */
export function watchedClient({ statement_ms }: Limits): typeof pg.Client {
  const patience_ms = statement_ms + GRACE_MS;
  return class extends PreparingClient {
    constructor(config?: string | pg.ClientConfig) {
      super(config);
      watched.set(this, patience_ms);
      this.once('connect', () => watch(this, patience_ms));
    }
  };
}

function watch(client: pg.Client, patience_ms: number): void {
  const { connection } = client as unknown as Inside;
  connection.stream.on('timeout', () => {
    if ((client as unknown as Inside)._getActiveQuery()) sever(client, 'PostgreSQL has not answered in time');
  });
  connection.stream.setTimeout(patience_ms);
}

/** Runs upkeep whose statements take as long as they need, on its own connection without limits. */
export async function withoutLimits<T>(
  db: DataSource,
  work: (runner: QueryRunner) => Promise<T>,
): Promise<T> {
  const runner = db.createQueryRunner();
  try {
    const client: pg.Client = await runner.connect();
    const patience_ms = watched.get(client);
    if (patience_ms === undefined) return await work(runner);
    const { stream } = (client as unknown as Inside).connection;
    await runner.query(`SET statement_timeout = 0; SET lock_timeout = 0`);
    stream.setTimeout(0);
    try {
      return await work(runner);
    } finally {
      stream.setTimeout(patience_ms);
      await runner.query(`RESET statement_timeout; RESET lock_timeout`);
    }
  } finally {
    await runner.release();
  }
}
