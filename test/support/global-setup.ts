import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../src/embedded/postgres.js';
import { startTemporal } from '../../src/embedded/temporal/server.js';
import { createOfflineModel } from '../../src/offline-model/server.js';
import { withDatabase } from './database.js';
import { freePorts } from './free-ports.js';

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: string;
    temporal: string;
    temporal_ui: string;
    model: string;
  }
}

/** One real PostgreSQL with a migrated template, one real Temporal and one offline model, for all test files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = mkdtempSync(join(tmpdir(), 'nightshift-test-'));
  chmodSync(home, 0o755);
  const log = (line: string) => process.stdout.write(`  ${line}\n`);
  const [port, temporalPort, uiPort] = await freePorts(3);
  const [postgres, temporal, model] = await Promise.all([
    startPostgres({
      home,
      port,
      log,
      settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
    }),
    startTemporal({ home, port: temporalPort, uiPort, namespace: 'default', log }),
    createOfflineModel(),
  ]);
  await withDatabase(postgres.url, 'postgres', async (db) => {
    await db.query(`CREATE DATABASE template_nightshift`);
  });
  const { migrate } = (await import(join(import.meta.dirname, '../../dist/src/migrate.js'))) as {
    migrate(url: string): Promise<string[]>;
  };
  await migrate(postgres.url.replace(/\/[^/]*$/, '/template_nightshift'));
  project.provide('postgres', postgres.url);
  project.provide('temporal', temporal.address);
  project.provide('temporal_ui', temporal.uiUrl);
  project.provide('model', model.url);
  return async () => {
    await Promise.all([postgres.stop(), temporal.stop(), model.close()]);
    rmSync(home, { recursive: true, force: true });
  };
}
