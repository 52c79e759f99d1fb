import { afterAll, beforeAll, expect, test } from 'vitest';
import { PostgresRunStore } from '../../../src/engine/runs/run.store.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { signer } from '../../support/signing-keys.js';
import { useApi } from '../../support/use-api.js';

const used = useApi();
let db: ReturnType<typeof createDataSource>;
beforeAll(async () => {
  db = await createDataSource(used.stack.database, 2).initialize();
});
afterAll(() => db.destroy());

/** A task of the workflow that is executed again may take another number of local activities than the first time. */
test('an end is written after what a lost worker wrote, and attests that, too', async () => {
  const store = new PostgresRunStore(db, signer);
  for (const before of ['progress', 'retrying'] as const) {
    const { id } = await used.api.start({ agent: 'self_check' });
    const origin = { run_id: id, temporal_run_id: 'execution', worker: 'worker', known: 0 };
    const begun = await store.begin(origin);
    const known = Math.max(...begun.receipts.map(({ seq }) => seq));
    const error = { code: 'step_failed', message: 'x', retryable: true, step: null, attempt: 1 } as const;
    // History never hears of it: its worker is killed.
    if (before === 'progress')
      await store.progress({ ...origin, known }, { percent: 1, done: 1, total: 60, text: 'one' }, 1);
    else await store.retrying({ ...origin, known }, error, 2, 10);
    const outcome = { status: 'completed', result: {}, attempt: 1 } as const;
    const first = await store.finish({ ...origin, known }, outcome, null);
    const lost = before === 'progress' ? 'background_run_heartbeat' : 'background_run_retrying';
    expect(first.receipts.map(({ type }) => type)).toEqual([lost, 'background_run_completed']);
    expect(await used.api.run(id)).toMatchObject({ status: 'completed' });
    expect(await store.finish({ ...origin, known }, outcome, null)).toEqual(first);
  }
});
