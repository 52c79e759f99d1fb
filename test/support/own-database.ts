import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, inject } from 'vitest';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { cloneDatabase, dropDatabase } from './database.js';

/** A migrated database for the test file alone. */
export function useDatabase() {
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  const own = { name, url: '' };
  beforeAll(async () => {
    own.url = await cloneDatabase(inject('postgres'), name);
  });
  afterAll(() => dropDatabase(inject('postgres'), name));
  return own;
}

/** Like `useDatabase`, with a pool of so many connections. */
export function useDataSource(connections = 2) {
  const own = Object.assign(useDatabase(), { db: undefined as unknown as DataSource });
  beforeAll(async () => {
    own.db = await createDataSource(own.url, connections).initialize();
  });
  afterAll(() => own.db.destroy());
  return own;
}
