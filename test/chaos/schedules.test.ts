import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bind, ledger } from '../engine/schedules/followed-schedules.js';
import type { Caller, Json } from '../support/caller.js';
import { PrivateTemporal, sharedParts } from '../support/private-parts.js';
import { LONG, TestStack } from '../support/stack.js';

const ORGANISATIONS = ['Acme', 'Globex', 'Initech'];
const PROJECTS_EACH = 20;
const STEP_MS = 10_000;
const TICKS = 12;

const temporal = new PrivateTemporal();
let stack: TestStack;
let callers: Caller[];

beforeAll(async () => {
  await temporal.start();
  stack = new TestStack(
    { ...sharedParts(), temporal: temporal.address },
    { OPERATING_BACKGROUND_ENABLED: 'true' },
  );
  await stack.open();
  const urls: string[] = [];
  for (const _ of ORGANISATIONS) {
    urls.push((await stack.startApi()).url);
    await stack.startWorker();
  }
  callers = await Promise.all(
    ORGANISATIONS.map(async (name, index) => {
      const { organisation_id, api_key } = await stack.seed(name, `owner@${name.toLowerCase()}.test`);
      await makeProjects(organisation_id);
      return stack.caller(urls[index]!, api_key);
    }),
  );
}, 180_000);
afterAll(async () => {
  await stack.close();
  await temporal.close();
});

test('60 members for two minutes, a worker killed and Temporal restarted: no tick is lost, and none fires twice', async () => {
  const every = { schedule: { kind: 'interval', every_seconds: STEP_MS / 1000 } };
  await Promise.all(callers.map((api) => bind(api, 'organisation', every)));
  const schedules = await vi.waitFor(async () => {
    const all = await Promise.all(callers.map((api) => schedulesOf(api)));
    expect(all.flat()).toHaveLength(ORGANISATIONS.length * PROJECTS_EACH);
    return all.flat();
  }, LONG);

  await untilRunsOf(3);
  await stack.programs.findLast(({ name }) => name === 'worker')?.end('SIGKILL');
  await untilRunsOf(5);
  await stack.startWorker();
  await temporal.stop();
  await vi.waitFor(async () => {
    const [newest] = await ledger(callers[0]!, schedules[0].id);
    expect(newest.outcome).toBe('pending');
  }, LONG);
  await temporal.start();

  const last = schedules[0].first + (TICKS - 1) * STEP_MS;
  await vi.waitFor(
    async () => {
      const [{ left }] = (await stack.query<{ left: number }>(
        `SELECT (SELECT count(*) FROM cadences WHERE key = 'interval 10 s' AND accounted_until < $1)::int
            + (SELECT count(*) FROM agent_runs WHERE tick_at <= $1 AND finished_at IS NULL)::int AS left`,
        [new Date(last)],
      )) as [{ left: number }];
      expect(left).toBe(0);
    },
    { timeout: 150_000, interval: 500 },
  );

  const counts: Record<string, number> = {};
  for (const { api, id, first } of schedules) {
    const ticks = (await ledger(api, id)).filter(({ tick_at }) => Date.parse(tick_at) <= last);
    const expected = Array.from(
      { length: (last - first) / STEP_MS + 1 },
      (_, index) => last - index * STEP_MS,
    );
    expect(ticks.map(({ tick_at }) => Date.parse(tick_at))).toEqual(expected);
    for (const { outcome, reason, run } of ticks) {
      expect(['fired', 'late', 'coalesced', 'skipped'], JSON.stringify(reason)).toContain(outcome);
      if (outcome === 'skipped') expect(reason.code).toBe('still_running');
      if (run) expect(run.status).toBe('completed');
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
  }
  process.stdout.write(`  ${schedules.length} members, ${TICKS} ticks: ${JSON.stringify(counts)}\n`);
  const twice = await stack.query(
    `SELECT schedule_id, tick_at FROM agent_runs WHERE tick_at IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1`,
  );
  expect(twice).toEqual([]);
}, 240_000);

/** The schedules of one organisation, with the first tick that each has to answer for. */
async function schedulesOf(api: Caller): Promise<Json[]> {
  const { body } = await api.get('/api/schedules?agent=self_check&limit=200');
  const periods = await stack.query<{ schedule_id: string; since: Date }>(
    'SELECT schedule_id, since FROM schedule_periods',
  );
  return body.schedules.map(({ id }: Json) => {
    const since = periods.find(({ schedule_id }) => schedule_id === id)!.since.getTime();
    return { api, id, first: Math.floor(since / STEP_MS) * STEP_MS + STEP_MS };
  });
}

/** Waits until so many ticks have fired. */
async function untilRunsOf(ticks: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const rows = await stack.query('SELECT DISTINCT tick_at FROM agent_runs WHERE tick_at IS NOT NULL');
      expect(rows.length).toBeGreaterThanOrEqual(ticks);
    },
    { timeout: 90_000, interval: 100 },
  );
}

async function makeProjects(organisation_id: string): Promise<void> {
  const ids = Array.from({ length: PROJECTS_EACH - 1 }, () => randomUUID());
  await stack.query(
    `INSERT INTO projects (id, organisation_id, name) SELECT id, $2, 'Project ' || id FROM unnest($1::uuid[]) AS id`,
    [ids, organisation_id],
  );
}
