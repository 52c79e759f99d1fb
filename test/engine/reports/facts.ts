import { afterAll, beforeAll } from 'vitest';
import { PostgresFactsStore } from '../../../src/engine/reports/facts.store.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { sharedParts } from '../../support/private-parts.js';
import { TestStack } from '../../support/stack.js';

/** A database, and the facts that reports are told of it. */
export function useFacts() {
  const stack = new TestStack(sharedParts());
  const opened = { db: undefined as unknown as ReturnType<typeof createDataSource> };
  const facts = () => new PostgresFactsStore(opened.db);
  beforeAll(async () => {
    await stack.open();
    opened.db = await createDataSource(stack.database, 2).initialize();
  });
  afterAll(async () => {
    await opened.db.destroy();
    await stack.close();
  });
  return {
    stack,
    changes: (run_id: string, since: string | null) => facts().changes(run_id, since),
    day: (run_id: string, day: string | null) => facts().day(run_id, day),
  };
}
