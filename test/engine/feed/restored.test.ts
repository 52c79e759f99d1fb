import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { PostgresFactsStore } from '../../../src/engine/reports/facts.store.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import type { Caller } from '../../support/caller.js';
import { withDatabase } from '../../support/database.js';
import { EventSource } from '../../support/event-source.js';
import { PrivatePostgres, sharedParts } from '../../support/private-parts.js';
import { LONG, TestStack } from '../../support/stack.js';
import { runRow } from '../reports/rows.js';

const second = new PrivatePostgres();
const before = new TestStack(sharedParts());
let after: TestStack;
let api: Caller;

beforeAll(async () => {
  await Promise.all([before.open(), second.start()]);
  await second.prepare();
  after = new TestStack({ ...sharedParts(), postgres: second.url });
  await after.open();
});
afterAll(async () => {
  await Promise.all([before.close(), after.close()]);
  await second.close();
});

/** Copies every row of every table with what stands in its columns, as a dump and its restoring do. */
async function restore(): Promise<void> {
  await withDatabase(inject('postgres'), before.name, (from) =>
    withDatabase(second.url, after.name, async (to) => {
      const { rows: tables } = await from.query<{ name: string; columns: string }>(
        `SELECT c.relname AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
           FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
            AND NOT a.attisdropped AND a.attgenerated = ''
          WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'migrations'
          GROUP BY c.relname`,
      );
      await to.query(`SET session_replication_role = replica`);
      await to.query(`TRUNCATE ${tables.map(({ name }) => name).join(', ')}`);
      for (const { name, columns } of tables) {
        const { rows } = await from.query(`SELECT coalesce(json_agg(t), '[]')::text AS all FROM ${name} t`);
        await to.query(
          `INSERT INTO ${name} (${columns}) OVERRIDING SYSTEM VALUE
           SELECT ${columns} FROM json_populate_recordset(NULL::${name}, $1)`,
          [rows[0].all],
        );
      }
    }),
  );
}

test('after a dump and restore into another cluster no old event is new, and no old position is gone on from', async () => {
  const [{ url }] = await Promise.all([before.startApi(), before.startWorker()]);
  const old = before.caller(url);
  const stream = await EventSource.open(old);
  const first = await old.start({ agent: 'self_check' });
  await old.ended(first.id);
  await vi.waitFor(() => expect(stream.events.at(-1)?.type).toBe('background_run_completed'), LONG);
  const { lastId } = stream;
  const project = { agent: 'operating_pulse', project_id: before.tenant.project_id };
  const db = await createDataSource(before.database, 1).initialize();
  const told = await new PostgresFactsStore(db).changes(
    await runRow(before, { agent: 'operating_pulse', status: 'running' }),
    null,
  );
  await runRow(before, {
    agent: 'operating_pulse',
    status: 'completed',
    result: told,
    finished_at: told.until,
  });
  await db.destroy();
  await Promise.all(before.programs.map((program) => program.end()));

  // A cluster that has lived for longer than the one it is restored into.
  await before.query(`UPDATE agent_run_events SET xid = (xid::text::bigint + 200)::text::xid8`);
  await restore();
  after.tenant = before.tenant;
  const [started] = await Promise.all([after.startApi(), after.startWorker()]);
  api = after.caller(started.url);

  const live = await EventSource.open(api);
  const resumed = await EventSource.open(api, '', lastId);
  await vi.waitFor(() => expect(resumed.greeting?.type).toBe('position_expired'), LONG);
  const ids: string[] = [];
  for (let n = 0; n < 25; n += 1) {
    const { id } = await api.start({ agent: 'self_check' });
    await api.ended(id);
    ids.push(id);
  }
  for (const open of [live, resumed]) {
    await vi.waitFor(
      () => expect(open.events.filter(({ type }) => type === 'background_run_completed')).toHaveLength(25),
      LONG,
    );
    expect(new Set(open.events.map(({ data }) => data.run_id))).toEqual(new Set(ids));
    open.close();
  }
  const again = await EventSource.open(api, '', live.lastId);
  const more = await api.start({ agent: 'self_check' });
  await vi.waitFor(() => expect(again.events.at(-1)?.type).toBe('background_run_completed'), LONG);
  expect(new Set(again.events.map(({ data }) => data.run_id))).toEqual(new Set([more.id]));
  again.close();

  // The pulse tells of what ended since the pulse before, and of nothing from before it.
  const pulse = await api.start({ ...project, input: {} });
  const { result } = await api.ended(pulse.id);
  expect(result.since).toBe(told.until);
  const restored = await createDataSource(after.database, 1).initialize();
  const facts = await new PostgresFactsStore(restored).changes(
    await runRow(after, { agent: 'operating_pulse', status: 'running' }),
    null,
  );
  expect(facts.failures.total).toBe(0);
  await restored.destroy();
}, 180_000);
