import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readEnvironment } from '../../src/platform/config/environment.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { databaseLimits } from '../../src/platform/db/limits.js';
import { RuntimeSettings } from '../../src/platform/settings/runtime-settings.js';
import type { Caller } from '../support/caller.js';
import { EventSource } from '../support/event-source.js';
import { sharedParts } from '../support/private-parts.js';
import { LONG, TestStack } from '../support/stack.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const stack = new TestStack(sharedParts(), { DATABASE_STATEMENT_TIMEOUT_SECONDS: '2' });
let proxy: TcpProxy;
let lost: Caller;
let whole: Caller;

beforeAll(async () => {
  await stack.open();
  proxy = await TcpProxy.open(stack.database);
  const behind = { DATABASE_URL: proxy.url };
  const [first, second] = await Promise.all([
    stack.startApi(behind),
    stack.startApi(),
    stack.startWorker(behind),
  ]);
  lost = stack.caller(first.url);
  whole = stack.caller(second.url);
});
afterAll(async () => {
  await stack.close();
  await proxy.close();
});

const LEASED = `INSERT INTO leases (name, holder, expires_at) VALUES ('chore/archive', gen_random_uuid(), now() + $1::interval)
  ON CONFLICT (name) DO UPDATE SET expires_at = excluded.expires_at, fence = leases.fence + 1`;

test('a path to PostgreSQL that dies silently: others go on with the chores, streams and settings are heard again, the pool recovers', async () => {
  const env = { ...readEnvironment(stack.environment), DATABASE_URL: proxy.url };
  const db = await createDataSource(proxy.url, 2, 'lost', databaseLimits(env)).initialize();
  const settings = await RuntimeSettings.open(env, db, pino({ level: 'silent' }));
  const stream = await EventSource.open(lost);
  // A run has ended, and the worker that would archive it has the lease, as at the beginning of a pass.
  await stack.query(LEASED, ['1 hour']);
  const ended = await whole.start({ agent: 'self_check' });
  await whole.ended(ended.id);
  proxy.drop({ whole: true });
  await stack.query(LEASED, ['15 seconds']);
  await stack.startWorker();
  await vi.waitFor(
    async () => {
      const [row] = await stack.query('SELECT archived_at FROM agent_runs WHERE id = $1', [ended.id]);
      expect(row?.archived_at).not.toBeNull();
    },
    { timeout: 30_000, interval: 50 },
  );

  const run = await whole.start({ agent: 'self_check' });
  await stack.query(`INSERT INTO settings (name, value) VALUES ('OPERATING_BACKGROUND_ENABLED', 'true')`);
  proxy.heal();
  await whole.ended(run.id);
  await vi.waitFor(() => expect(settings.current().OPERATING_BACKGROUND_ENABLED).toBe(true), LONG);
  await vi.waitFor(() => {
    const seen = stream.events.filter(({ data }) => data.run_id === run.id);
    expect(seen.at(-1)?.type).toBe('background_run_completed');
  }, LONG);
  await vi.waitFor(async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => lost.get('/api/agent-runs')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  }, LONG);
  stream.close();
  await settings.close();
  await db.destroy();
}, 240_000);

test('a statement that takes too long is cut off, and the request gets 503', async () => {
  const db = await createDataSource(stack.database, 1).initialize();
  const holder = db.createQueryRunner();
  await holder.startTransaction();
  await holder.query(`LOCK TABLE agent_runs`);
  const refused = await whole.get('/api/agent-runs');
  expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  await holder.rollbackTransaction();
  await holder.release();
  await db.destroy();
  expect((await whole.get('/api/agent-runs')).status).toBe(200);
});
