import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDataSource } from '../../src/db/data-source.js';
import { PostgresRunStore } from '../../src/runs/run.store.js';
import { useApi } from '../http/use-api.js';

const used = useApi();
let db: ReturnType<typeof createDataSource>;
beforeAll(async () => {
  db = await createDataSource(used.stack.database, 2).initialize();
});
afterAll(() => db.destroy());

/** A task of the workflow that is executed again may take another number of local activities than the first time. */
test('an end is written though a heartbeat or a retry had its number before', async () => {
  const store = new PostgresRunStore(db);
  for (const before of ['progress', 'retrying'] as const) {
    const { id } = await used.api.start({ agent: 'self_check' });
    const origin = (activity_id: string) => ({
      run_id: id,
      temporal_run_id: 'execution',
      activity_id,
      worker: 'worker',
    });
    await store.begin(origin('1'));
    const error = { code: 'step_failed', message: 'x', retryable: true, step: null, attempt: 1 } as const;
    if (before === 'progress')
      await store.progress(origin('6'), { percent: 1, done: 1, total: 60, text: 'one' });
    else await store.retrying(origin('6'), error, 2, 10);
    const outcome = { status: 'completed', result: {}, attempt: 1 } as const;
    const first = await store.finish(origin('6'), outcome, null);
    expect(first.receipts.map(({ type }) => type)).toEqual(['background_run_completed']);
    expect(await used.api.run(id)).toMatchObject({ status: 'completed' });
    expect(await store.finish(origin('9'), outcome, null)).toEqual(first);
  }
});
