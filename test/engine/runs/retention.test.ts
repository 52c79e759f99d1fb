import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { AuditChain } from '../../../src/engine/attestation/chain.js';
import { deleteOldRuns } from '../../../src/engine/runs/retention.js';
import { forgetWorkers } from '../../../src/engine/runs/worker.store.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { endedLongAgo } from '../../support/ended-long-ago.js';
import { signer } from '../../support/signing-keys.js';
import { LONG, useStack } from '../../support/stack.js';

const used = useStack();
let db: ReturnType<typeof createDataSource>;
let chain: AuditChain;
beforeAll(async () => {
  db = await createDataSource(used.stack.database, 2).initialize();
  chain = new AuditChain(db, signer);
});
afterAll(() => db.destroy());

test('what ended before the retention goes with all that belongs to it; the rest stays', async () => {
  const [old, recent] = [
    await used.api.start({ agent: 'self_check' }),
    await used.api.start({ agent: 'self_check' }),
  ];
  for (const { id } of [old, recent]) await used.api.ended(id);
  const moved = `UPDATE agent_runs SET finished_at = now() - interval '31 days' WHERE id = $1`;
  await used.stack.query(moved, [old.id]);
  await vi.waitFor(async () => {
    const kept = await used.stack.query(`SELECT 1 FROM audit_chain WHERE run_id = $1`, [old.id]);
    expect(kept).toHaveLength(1);
  }, LONG);
  // The chain knows when it was archived, and its row can say what it likes.
  expect(await deleteOldRuns(db, chain, () => 30)).toBe(0);
  // Somebody writes another time into the entry: it is not signed any more, and says nothing.
  await used.stack.query(`UPDATE audit_chain SET at = now() - interval '31 days' WHERE run_id = $1`, [
    old.id,
  ]);
  expect(await deleteOldRuns(db, chain, () => 30)).toBe(0);
  await endedLongAgo(used.stack, old.id, 31);

  expect(await deleteOldRuns(db, chain, () => 0)).toBe(0);
  expect(await deleteOldRuns(db, chain, () => 30)).toBe(1);
  expect((await used.api.get(`/api/agent-runs/${old.id}`)).status).toBe(404);
  expect(await used.api.run(recent.id)).toMatchObject({ status: 'completed' });
  for (const table of ['events', 'attempts', 'effects', 'histories']) {
    const rows = await used.stack.query(`SELECT 1 FROM agent_run_${table} WHERE run_id = $1`, [old.id]);
    expect(rows, table).toEqual([]);
  }
});

test('a run under way is never deleted, however long it has been there', async () => {
  const run = await used.api.start({ agent: 'self_check', input: { steps: 20, delay_ms: 1000 } });
  await used.api.until(run.id, ({ status }) => status === 'running');
  await used.stack.query(`UPDATE agent_runs SET created_at = now() - interval '1 year' WHERE id = $1`, [
    run.id,
  ]);
  expect(await deleteOldRuns(db, chain, () => 30)).toBe(0);
  await used.api.post(`/api/agent-runs/${run.id}/cancel`);
  await used.api.ended(run.id);
});

test('a worker that vanished is forgotten after an hour', async () => {
  await used.stack.query(
    `INSERT INTO workers VALUES ('gone', 'q', now(), now() - interval '2 hours'), ('here', 'q', now(), now())`,
  );
  await forgetWorkers(db);
  const rows = await used.stack.query<{ identity: string }>(
    `SELECT identity FROM workers WHERE task_queue = 'q'`,
  );
  expect(rows.map(({ identity }) => identity)).toEqual(['here']);
});
