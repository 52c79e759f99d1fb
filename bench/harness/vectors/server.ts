import { migrate } from '../../../src/commands/migrate.js';
import { freePorts } from '../../../stack/free-ports.js';
import { startPostgres } from '../../../stack/postgres.js';
import { databaseUrl, withDatabase } from '../database.js';
import type { BenchStack } from '../stack.js';
import { vectorBinaries } from './binaries.js';

interface VectorServer {
  url: string;
  /** The reason why the server is without pgvector; null if it has it. */
  missing: string | null;
}

const started = new WeakMap<BenchStack, Promise<VectorServer>>();

/** A database of that name, on a server with pgvector where one can be had. */
export async function vectorDatabase(bench: BenchStack, name: string): Promise<VectorServer> {
  const starting = started.get(bench) ?? vectorServer(bench);
  started.set(bench, starting);
  const { url: server, missing } = await starting;
  await withDatabase(server, (db) => db.query(`CREATE DATABASE ${name}`));
  const url = databaseUrl(server, name);
  await migrate(url);
  return { url, missing };
}

async function vectorServer({ home, stack, postgres, log, signal }: BenchStack): Promise<VectorServer> {
  const binaries = await vectorBinaries();
  if ('missing' in binaries) return { url: postgres.url, missing: binaries.missing };
  const [port = 0] = await freePorts(1);
  const own = { home: `${home}/vector`, port, binaries, log, signal };
  return { url: stack.hold('vector-postgres', await startPostgres(own)).url, missing: null };
}
