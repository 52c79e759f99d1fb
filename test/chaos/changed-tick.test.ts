import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bind, scheduleOf, untilTicks } from '../engine/schedules/followed-schedules.js';
import type { Caller, Json } from '../support/caller.js';
import { withDatabase } from '../support/database.js';
import { otherBuild } from '../support/other-build.js';
import { sharedParts } from '../support/private-parts.js';
import { LONG, TestStack } from '../support/stack.js';
import { withTemporal } from '../support/temporal-client.js';

const stack = new TestStack(sharedParts(), { OPERATING_BACKGROUND_ENABLED: 'true' });
let api: Caller;
const changedTick = otherBuild('changed-tick', {
  'workflow-bundle.js': (text) =>
    text.replace(/(async function tick\([^)]*\) \{)/, '$1 await new Promise((go) => setTimeout(go, 7));'),
});

beforeAll(async () => {
  await stack.open();
  api = stack.caller((await stack.startApi()).url);
});
afterAll(async () => {
  await stack.close();
  changedTick.remove();
});

test('a tick that was under way on a build with another flow is begun anew, and its schedule goes on', async () => {
  const before = await stack.startWorker();
  await bind(api, 'organisation', { schedule: { kind: 'interval', every_seconds: 10 } });
  const schedule = await scheduleOf(api, 'self_check', ({ cadence }) => cadence !== null);
  await untilTicks(api, schedule.id, (ticks) => ticks.filter(({ outcome }) => outcome === 'fired'));
  await whileTicksAreHeld(async () => {
    await vi.waitFor(async () => expect(await held()).toBeGreaterThan(0), LONG);
    await before.end();
  });

  const since = Date.now();
  await stack.startWorker({}, changedTick.dist);
  await vi.waitFor(async () => expect(await ended()).toBe(1), { timeout: 120_000, interval: 500 });
  await untilTicks(api, schedule.id, (ticks) =>
    ticks.filter(({ outcome, tick_at }: Json) => outcome === 'fired' && Date.parse(tick_at) > since),
  );
}, 240_000);

/** A worker that answers a tick waits for the row of its cadence. */
async function whileTicksAreHeld(work: () => Promise<void>): Promise<void> {
  await withDatabase(stack.parts.postgres, stack.name, async (db) => {
    await db.query('BEGIN');
    await db.query(`SELECT FROM cadences WHERE key = 'interval 10 s' FOR UPDATE`);
    await work();
    await db.query('COMMIT');
  });
}

async function held(): Promise<number> {
  const [row] = await stack.query<{ held: number }>(
    `SELECT count(*)::int AS held FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE OF cadences%'`,
  );
  return row?.held ?? 0;
}

/** How many ticks were ended because their flow has changed. */
async function ended(): Promise<number> {
  const query = `WorkflowType = 'tick' AND TaskQueue = '${stack.name}' AND ExecutionStatus = 'Terminated'`;
  return withTemporal(stack.parts.temporal, async (client) => (await client.workflow.count(query)).count);
}
