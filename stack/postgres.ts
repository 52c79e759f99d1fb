import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { postgresStop } from './end-process.js';
import { makeHome } from './home.js';
import { endOrphan } from './pid-records.js';
import { type Binaries, postgresOf } from './postgres/binaries.js';
import { freeCluster, makeCluster, postgresEnvironment } from './postgres/cluster.js';
import { choosePlace } from './postgres/place.js';
import { readJson } from './private-file.js';
import type { ProcessPlan } from './running-child.js';
import { postgresPassword } from './secrets.js';
import { type SupervisedProcess, superviseProcess } from './supervisor.js';

interface PostgresOptions {
  home: string;
  port: number;
  log: (line: string) => void;
  signal?: AbortSignal;
  /** Server settings that replace the usual ones. */
  settings?: Record<string, string>;
  /** A PostgreSQL that replaces the usual one. */
  binaries?: Binaries;
}

export interface Postgres {
  url: string;
  version: string;
  readonly pid: number;
  readonly process: SupervisedProcess['process'];
  stop(): Promise<void>;
}

const database = 'nightshift';

const usualSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '64MB',
  fsync: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // The message of a refused statement quotes its values, so the log leaves it out; the client gets it.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/** Starts the home's own PostgreSQL, and makes it at the first start. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { home, port, log, signal } = options;
  makeHome(home);
  await endOrphan(home, 'initdb', log);
  await endOrphan(home, 'postgres', log);
  const password = postgresPassword(home);
  const place = await choosePlace(home, log, options.binaries);
  await freeCluster(place.data);
  await makeCluster(place, home, password, signal);
  const address = serverAddress(password, port);
  const settings = Object.entries({ ...usualSettings, ...options.settings });
  const plan: ProcessPlan = {
    name: 'postgres',
    command: postgresOf(place.binaries),
    args: [
      '-D',
      place.data,
      '-p',
      String(port),
      ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    env: postgresEnvironment(),
    cwd: '/',
    account: place.account,
    ready: ({ pid }) => accepts(`${address}/postgres`, place.data, pid),
    tries: 3,
    stop: postgresStop,
    hardStop: 'SIGQUIT',
  };
  const service = await superviseProcess(plan, { home, log, signal });
  try {
    await createDatabase(`${address}/postgres`);
  } catch (error) {
    await service.stop();
    throw error;
  }
  return {
    url: `${address}/${database}`,
    version: place.binaries.version,
    get pid() {
      return service.pid;
    },
    get process() {
      return service.process;
    },
    stop: () => service.stop(),
  };
}

const serverAddress = (password: string, port: number) =>
  `postgresql://postgres:${password}@127.0.0.1:${port}`;

/** Returns the address of a home's database while it runs; null if the home has none of its own. */
export function databaseOf(home: string): string | null {
  const password = readJson(join(home, 'secrets.json'))?.postgres_password;
  const port = readJson(join(home, 'ports.json'))?.NIGHTSHIFT_POSTGRES_PORT;
  if (typeof password !== 'string' || typeof port !== 'number') return null;
  return `${serverAddress(password, port)}/${database}`;
}

/** A port counts as ready only if the server that answers is the one that was started. */
async function accepts(url: string, data: string, pid: number): Promise<boolean> {
  const lock = join(data, 'postmaster.pid');
  if (!existsSync(lock) || Number(readFileSync(lock, 'utf8').split('\n')[0]) !== pid) return false;
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === '28P01') {
      throw new Error(`The password in secrets.json is not the one of the database in ${data}`);
    }
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}
