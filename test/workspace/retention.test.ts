import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OLD_CHANGES } from '../../src/platform/audit-log/change-log.store.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { deleteInBatches } from '../../src/platform/db/delete-in-batches.js';
import { proposeAll } from '../../src/workspace/proposals/propose.js';
import { pruneWorkspace } from '../../src/workspace/retention.store.js';
import { ok } from '../support/answers.js';
import { useApi } from '../support/use-api.js';
import { newDoc } from './new-items.js';
import { aNote } from './workspace.js';

const used = useApi();
let db: ReturnType<typeof createDataSource>;
beforeAll(async () => {
  db = await createDataSource(used.stack.database, 2).initialize();
});
afterAll(() => db.destroy());

const NOTHING = { REVISION_RETENTION_DAYS: 0, PROPOSAL_RETENTION_DAYS: 0, RAW_EVENT_RETENTION_DAYS: 0 };
const prune = (days: Partial<typeof NOTHING>) => pruneWorkspace(db.manager, () => ({ ...NOTHING, ...days }));
const project = () => used.stack.tenant.project_id;

test("of a doc's old revisions the present one stays, and the one that was reviewed last", async () => {
  const doc = await newDoc(used.api, project(), { body: 'one' });
  for (const [revision, body] of [
    [1, 'two'],
    [2, 'three'],
    [3, 'four'],
  ] as const)
    ok(await used.api.send('PATCH', `/api/docs/${doc.id}`, { revision, body }));
  await db.query(`UPDATE docs SET reviewed_revision = 2 WHERE id = $1`, [doc.id]);
  await db.query(`UPDATE doc_revisions SET at = now() - interval '40 days' WHERE doc_id = $1`, [doc.id]);
  expect(await prune({})).toBe(0);
  expect(await prune({ REVISION_RETENTION_DAYS: 50 })).toBe(0);
  expect(await prune({ REVISION_RETENTION_DAYS: 30 })).toBe(2);
  const kept = await db.query(`SELECT revision FROM doc_revisions WHERE doc_id = $1 ORDER BY 1`, [doc.id]);
  expect(kept).toEqual([{ revision: 2 }, { revision: 4 }]);
  expect(ok(await used.api.get(`/api/docs/${doc.id}`))).toMatchObject({ body: 'four' });
});

test("of a memory's old revisions the present one stays", async () => {
  const memory = ok(await used.api.post(`/api/projects/${project()}/memories`, { body: 'one' }), 201);
  ok(await used.api.send('PATCH', `/api/memories/${memory.id}`, { version: 1, body: 'two' }));
  await db.query(`UPDATE memory_revisions SET at = now() - interval '40 days' WHERE memory_id = $1`, [
    memory.id,
  ]);
  expect(await prune({ REVISION_RETENTION_DAYS: 30 })).toBe(1);
  expect(ok(await used.api.get(`/api/memories/${memory.id}`))).toMatchObject({ body: 'two' });
});

test('of old proposals those that wait, were accepted or were rejected stay', async () => {
  const { organisation_id, user_id } = used.stack.tenant;
  const run = {
    organisation_id,
    project_id: project(),
    user_id,
    run_id: randomUUID(),
    models: [],
    agent: 'x',
    auto_accept: false,
  };
  const notes = Array.from({ length: 5 }, () => aNote());
  const { made } = await db.transaction((tx) => proposeAll(tx, run, notes));
  const statuses = ['pending', 'accepted', 'rejected', 'superseded', 'expired'];
  for (const [at, id] of made.entries())
    await db.query(
      `UPDATE proposals SET status = $2, decided_at = now() - interval '200 days' WHERE id = $1`,
      [id, statuses[at]],
    );
  expect(await prune({ PROPOSAL_RETENTION_DAYS: 180 })).toBe(2);
  const left = await db.query(`SELECT status FROM proposals WHERE run_id = $1 ORDER BY id`, [run.run_id]);
  expect(left.map(({ status }: { status: string }) => status).sort()).toEqual([
    'accepted',
    'pending',
    'rejected',
  ]);
});

test('of old raw events those that messages belong to stay', async () => {
  const thread = ok(
    await used.api.post(`/api/projects/${project()}/threads`, { channel: 'support', title: 'T' }),
    201,
  );
  ok(
    await used.api.post(`/api/threads/${thread.id}/turns`, { messages: [{ role: 'user', body: 'hello' }] }),
    201,
  );
  const { organisation_id } = used.stack.tenant;
  await db.query(
    `INSERT INTO raw_events (id, organisation_id, project_id, kind, data) VALUES ($1, $2, $3, 'x', '{}')`,
    [randomUUID(), organisation_id, project()],
  );
  await db.query(`UPDATE raw_events SET at = now() - interval '100 days'`);
  expect(await prune({ RAW_EVENT_RETENTION_DAYS: 90 })).toBe(1);
  expect(await db.query(`SELECT count(*)::int AS n FROM messages WHERE thread_id = $1`, [thread.id])).toEqual(
    [{ n: 1 }],
  );
});

test('the audit log is deleted in batches, the old part alone', async () => {
  const { organisation_id } = used.stack.tenant;
  await db.query(
    `INSERT INTO change_log (id, organisation_id, subject, subject_id, at)
     SELECT gen_random_uuid(), $1, 'agent', 'x', now() - interval '800 days' FROM generate_series(1, 2500)`,
    [organisation_id],
  );
  const [{ n }] = await db.query(`SELECT count(*)::int AS n FROM change_log`);
  expect(await deleteInBatches(db.manager, OLD_CHANGES, () => 730)).toBe(2500);
  expect(await db.query(`SELECT count(*)::int AS n FROM change_log`)).toEqual([{ n: n - 2500 }]);
});
