import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { ByTurns } from '../../../src/engine/runs/by-turns.js';
import { Dispatcher } from '../../../src/engine/runs/dispatcher.js';
import { SweepStore } from '../../../src/engine/runs/sweep.store.js';
import { readEnvironment } from '../../../src/platform/config/environment.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { Engine, type Startable } from '../../../src/platform/temporal/engine.js';
import { signer } from '../../support/signing-keys.js';
import { TestStack } from '../../support/stack.js';

const stack = new TestStack({
  postgres: inject('postgres'),
  temporal: inject('temporal'),
  model: inject('model'),
});
let db: DataSource;
let engine: Engine;

beforeAll(async () => {
  await stack.open();
  db = await createDataSource(stack.database, 10).initialize();
  engine = await Engine.connect(readEnvironment(stack.environment), 'sweep-test');
});
afterAll(async () => {
  await engine.close();
  await db.destroy();
  await stack.close();
});
beforeEach(() => db.query('DELETE FROM agent_runs'));

/** Runs that were admitted a while ago and never started; Temporal refuses labels of this length. */
async function left(
  count: number,
  label = 'fine',
  organisation = stack.tenant.organisation_id,
): Promise<void> {
  await db.query(
    `WITH run AS (
       INSERT INTO agent_runs (id, organisation_id, user_id, agent, trigger, input, priority, labels, timeout_seconds,
                               status, event_seq, created_at)
       SELECT uuidv7(), $2, $3, 'self_check', 'api', '{}', 5, ARRAY[$4], 60, 'queued', 1, now() - interval '1 minute'
         FROM generate_series(1, $1) RETURNING *
     )
     INSERT INTO agent_run_events (run_id, seq, type, at, status, attempt, data, organisation_id, user_id, written_by)
     SELECT id, 1, 'background_run_queued', created_at, 'queued', 0, '{}', organisation_id, user_id, 'admission' FROM run`,
    [count, organisation, stack.tenant.user_id, label],
  );
}

const REFUSED = 'x'.repeat(5000);

async function dispatched(): Promise<number> {
  const [row] = await db.query('SELECT count(*)::int AS n FROM agent_runs WHERE dispatched_at IS NOT NULL');
  return row.n;
}

function fresh(): Startable {
  const run_id = randomUUID();
  const { organisation_id } = stack.tenant;
  const none = { project_id: null, target: null, labels: [], start_at: null, receipts: [] };
  return { run_id, organisation_id, agent: 'self_check', trigger: 'api', priority: 5, ...none };
}

test('a sweep ends while further starts go on', async () => {
  await left(5);
  const dispatcher = new Dispatcher(db, engine, signer);
  let allSettled = false;
  for (let runs = 0; runs < 40; runs += 1) dispatcher.dispatch(fresh());
  const swept = dispatcher.sweep();
  // Each start that ends is followed by another, as under load.
  let onward = true;
  const load = Array.from({ length: 40 }, async () => {
    for (let runs = 0; runs < 200 && onward; runs += 1) await dispatcher.handOver([fresh()]);
  });
  const settled = Promise.all(load).then(() => {
    allSettled = true;
  });
  expect(await swept).toBe(5);
  expect(allSettled).toBe(false);
  onward = false;
  await settled;
  await dispatcher.settled();
  expect(await dispatched()).toBe(5);
}, 120_000);

test('runs that Temporal refuses hold back no others, and pause longer each time', async () => {
  await left(250, REFUSED);
  await left(10);
  await new Dispatcher(db, engine, signer).sweep();
  expect(await dispatched()).toBe(10);
  const refused = await db.query(
    `SELECT DISTINCT sweep_tries AS tries, wait_reason->>'code' AS code, sweep_after > now() - interval '1 minute' AS later
       FROM agent_runs WHERE dispatched_at IS NULL`,
  );
  expect(refused).toEqual([{ tries: 1, code: 'engine_refused', later: true }]);

  await db.query('UPDATE agent_runs SET sweep_after = NULL WHERE dispatched_at IS NULL');
  await new Dispatcher(db, engine, signer).sweep();
  const [{ tries }] = await db.query(
    'SELECT DISTINCT sweep_tries AS tries FROM agent_runs WHERE dispatched_at IS NULL',
  );
  expect(tries).toBe(2);
}, 120_000);

test('organisations take turns, in the sweep and in what waits to be started', async () => {
  const [{ id: other }] = await db.query(
    `INSERT INTO organisations SELECT (jsonb_populate_record(o, jsonb_build_object('id', gen_random_uuid(), 'name', 'Other', 'slug', 'other'))).*
       FROM organisations o LIMIT 1 RETURNING id`,
  );
  await left(300);
  await left(3, 'fine', other);
  const { runs } = await new SweepStore(db, signer).claimStarts();
  expect(runs).toHaveLength(200);
  expect(runs.filter(({ organisation_id }) => organisation_id === other)).toHaveLength(3);

  const turns = new ByTurns<string>();
  for (const one of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) turns.add(one.slice(0, 1), one);
  expect(Array.from({ length: 4 }, () => turns.next())).toEqual(['a1', 'b1', 'c1', 'a2']);
  turns.add('c', 'c2');
  expect(Array.from({ length: 5 }, () => turns.next())).toEqual(['b2', 'a3', 'c2', undefined, undefined]);
}, 120_000);

test('two replicas take different rows, and one sweep takes all that waits', async () => {
  // Fewer than are started within the time that a row is claimed for.
  await left(500);
  const replicas = [new Dispatcher(db, engine, signer), new Dispatcher(db, engine, signer)];
  const taken = await Promise.all(replicas.map((replica) => replica.sweep()));
  expect(taken.reduce((sum, some) => sum + some)).toBe(500);
  expect(await dispatched()).toBe(500);
}, 120_000);

test('what waits is handed over like plain starts', async () => {
  const count = 500;
  const dispatcher = new Dispatcher(db, engine, signer);
  const runs = Array.from({ length: count }, fresh);
  const rate = async (work: Promise<unknown>) => {
    const began = performance.now();
    await work;
    return (count / (performance.now() - began)) * 1000;
  };
  const plain = await rate(dispatcher.handOver(runs));
  await left(count);
  const swept = await rate(dispatcher.sweep());
  expect(await dispatched()).toBe(count);
  console.info(
    `sweep: ${count} runs at ${swept.toFixed(0)}/s, plain starts ${plain.toFixed(0)}/s, ratio ${(swept / plain).toFixed(2)}`,
  );
}, 180_000);
