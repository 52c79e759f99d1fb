import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { publishBuiltIns } from '../../../src/engine/agents/publish-built-ins.js';
import { Admission, type Ask, type ReadAsk, type Tick } from '../../../src/engine/runs/admission.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { sharedParts } from '../../support/private-parts.js';
import { signer } from '../../support/signing-keys.js';
import { TestStack } from '../../support/stack.js';

const stack = new TestStack(sharedParts());
const admission = new Admission(signer);
const TICK = new Date('2030-01-01T00:00:00Z');
let db: ReturnType<typeof createDataSource>;
beforeAll(async () => {
  await stack.open();
  db = await createDataSource(stack.database, 6).initialize();
  await publishBuiltIns(db);
});
afterAll(async () => {
  await db.destroy();
  await stack.close();
});
beforeEach(async () => {
  await db.query('DELETE FROM agent_runs');
  await db.query('DELETE FROM bindings');
});

const ask = (
  request: Partial<Ask['request']> = {},
  schedule?: Tick,
  owner: Partial<Ask['owner']> = {},
): Ask => ({
  owner: { organisation_id: stack.tenant.organisation_id, user_id: stack.tenant.user_id, ...owner },
  request: { agent: 'self_check', ...request },
  provenance: { trigger: 'schedule' },
  ...(schedule ? { schedule } : {}),
});
const tick = (tick_at: Date | null = TICK, schedule_id: string = randomUUID()): Tick => ({
  schedule_id,
  tick_at,
  due_at: tick_at && new Date(tick_at.getTime() + 5000),
});
/** Reads each request first, like the callers that admit many. */
async function admitAll(tx: DataSource | EntityManager, asks: Ask[]) {
  const read: ReadAsk[] = [];
  for (const ask of asks) {
    const reading = await admission.read(db, ask);
    if (reading) read.push({ ask, reading });
  }
  return admission.admitAll(tx, read);
}
const counted = async () => {
  const [row] = await db.query(
    `SELECT (SELECT count(*)::int FROM agent_runs) AS runs, (SELECT count(*)::int FROM agent_run_events) AS events`,
  );
  return row;
};

test('many are admitted in one statement, each with its first event, in the order they were asked', async () => {
  const asks = Array.from({ length: 50 }, (_, index) => ask({ input: { steps: index + 1 } }, tick()));
  const admitted = await admitAll(db, asks);
  expect(admitted.map(({ run }) => (run.input as { steps: number }).steps)).toEqual(
    asks.map((_, index) => index + 1),
  );
  expect(await counted()).toEqual({ runs: 50, events: 50 });
  for (const [index, { run, startable }] of admitted.entries()) {
    expect(run).toMatchObject({
      schedule_id: asks[index]?.schedule?.schedule_id,
      tick_at: TICK,
      trigger: 'schedule',
      agent_version: 1,
      priority: 5,
      timeout_seconds: 600,
    });
    expect(startable).toMatchObject({ run_id: run.id, start_at: new Date(TICK.getTime() + 5000) });
    expect(startable?.receipts).toHaveLength(1);
  }
  const events = await db.query(`SELECT data FROM agent_run_events LIMIT 1`);
  expect(events[0].data).toEqual({
    agent: 'self_check',
    trigger: 'schedule',
    agent_version: 1,
    tick_at: '2030-01-01T00:00:00.000Z',
  });
});

test('a tick of a schedule is admitted once, however many ask at once; a request without a tick every time', async () => {
  const [one, two] = [randomUUID(), randomUUID()];
  const asks = [one, two, one].map((id) => ask({}, tick(TICK, id)));
  const all = await Promise.all([1, 2, 3, 4].map(() => admitAll(db, asks)));
  expect(
    all
      .flat()
      .map(({ run }) => run.schedule_id)
      .sort(),
  ).toEqual([one, two].sort());
  expect(await counted()).toEqual({ runs: 2, events: 2 });
  expect(await admitAll(db, [ask({}, tick(new Date('2030-01-01T00:01:00Z'), one))])).toHaveLength(1);
  for (const _ of [1, 2]) expect(await admitAll(db, [ask({}, tick(null, one))])).toHaveLength(1);
});

test('what speaks against one keeps no other out, and is said for each', async () => {
  const { organisation_id, user_id, project_id } = stack.tenant;
  await db.query(
    `INSERT INTO bindings (id, agent, scope, organisation_id, project_id, enabled) VALUES ($1, 'self_check', 'project', $2, $3, false)`,
    [randomUUID(), organisation_id, project_id],
  );
  await db.query(
    `INSERT INTO bindings (id, agent, scope, organisation_id, user_id, settings)
     VALUES ($1, 'self_check', 'user', $2, $3, '{"priority": 20}')`,
    [randomUUID(), organisation_id, user_id],
  );
  const asks = [
    ask({ project_id }),
    ask(),
    ask({ agent: 'nobody' }),
    ask({ project_id: randomUUID() }),
    ask({ input: { steps: -1 } }),
    ask({}, undefined, { user_id: null }),
  ];
  const admitted = await admitAll(db, asks);
  expect(admitted.map(({ run }) => [run.user_id, run.priority])).toEqual([
    [user_id, 20],
    [null, 5],
  ]);
  const why = (index: number) => admission.whyRefused(db, asks[index]!);
  expect((await why(0))?.code).toBe('agent_disabled');
  expect(await why(1)).toBeNull();
  expect((await why(2))?.code).toBe('agent_unknown');
  expect((await why(3))?.code).toBe('validation_failed');
  expect(await admission.read(db, asks[4]!)).toMatchObject({
    input: { error: { code: 'validation_failed' } },
  });
  expect(await admitAll(db, [])).toEqual([]);
});

test('it belongs to the transaction that it is given', async () => {
  const broken = db.transaction(async (tx) => {
    expect(await admitAll(tx, [ask(), ask()])).toHaveLength(2);
    throw new Error("the caller's own data could not be saved");
  });
  await expect(broken).rejects.toThrow('could not be saved');
  expect(await counted()).toEqual({ runs: 0, events: 0 });
});

test('an input is always that of the version the run keeps to, also while another is being published', async () => {
  const id = randomUUID();
  const schema = (mark: string) => ({
    type: 'object',
    properties: { mark: { type: 'string', default: mark } },
  });
  await db.query(
    `INSERT INTO agents (id, key, organisation_id, title, purpose, built_in) VALUES ($1, 'marked', $2, 'm', 'm', false)`,
    [id, stack.tenant.organisation_id],
  );
  for (const number of [1, 2]) {
    await db.query(
      `INSERT INTO agent_versions (id, agent_id, number, status, origin, definition)
       SELECT $1, $2, $3, $4, 'person', v.definition || jsonb_build_object('input_schema', $5::jsonb)
         FROM agent_versions v WHERE v.number = 1 AND v.origin = 'code' LIMIT 1`,
      [randomUUID(), id, number, number === 1 ? 'published' : 'archived', schema(String(number))],
    );
  }
  const swap = () =>
    db.transaction(async (tx) => {
      await tx.query(
        `UPDATE agent_versions SET status = 'draft' WHERE agent_id = $1 AND status = 'published'`,
        [id],
      );
      await tx.query(
        `UPDATE agent_versions SET status = 'published' WHERE agent_id = $1 AND status = 'archived'`,
        [id],
      );
      await tx.query(
        `UPDATE agent_versions SET status = 'archived' WHERE agent_id = $1 AND status = 'draft'`,
        [id],
      );
    });
  const { owner, request, provenance } = ask({ agent: 'marked' });
  const swapping = (async () => {
    for (let times = 0; times < 40; times += 1) await swap();
  })();
  const runs = [];
  for (let times = 0; times < 40; times += 1)
    runs.push(await admission.admit(db, owner, request, provenance).catch(() => null));
  await swapping;
  const marks = runs.flatMap((one) => (one ? [one.run] : []));
  expect(marks.length).toBeGreaterThan(20);
  for (const { input, agent_version } of marks) expect(input).toEqual({ mark: String(agent_version) });
});
