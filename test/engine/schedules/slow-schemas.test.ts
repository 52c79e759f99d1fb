import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { nextTick } from '../../../src/engine/cadences/ticks.js';
import { Admission, type Reading } from '../../../src/engine/runs/admission.js';
import type { Dispatcher } from '../../../src/engine/runs/dispatcher.js';
import type { InputRequest } from '../../../src/engine/runs/run-input.js';
import type { WaitContextReader } from '../../../src/engine/runs/wait-context.js';
import { applyChanges } from '../../../src/engine/schedules/apply-changes.js';
import type { MemberOfTick } from '../../../src/engine/schedules/decide-tick.js';
import { readInputs, readingTimeOf } from '../../../src/engine/schedules/read-inputs.js';
import { ScheduleRepository } from '../../../src/engine/schedules/schedule.repository.js';
import { ScheduleRunsService } from '../../../src/engine/schedules/schedule-runs.service.js';
import { TickFirer } from '../../../src/engine/schedules/tick-firer.js';
import type { Principal } from '../../../src/platform/auth/principal.js';
import type { RuntimeSettings } from '../../../src/platform/settings/runtime-settings.js';
import { useDataSource } from '../../support/own-database.js';
import { signer } from '../../support/signing-keys.js';
import { LONG } from '../../support/stack.js';
import { withScheduleLease } from './schedule-lease.js';
import { SETTINGS, type Tenant, Tenants } from './tenants.js';

const own = useDataSource(6);
const DAILY = { kind: 'cron', cron: '30 7 * * *' } as const;
/** Slow: each reference merges all the fields once more. */
const SLOW = {
  type: 'object',
  $defs: { a: { type: 'object' } },
  allOf: [
    {
      type: 'object',
      properties: Object.fromEntries(Array.from({ length: 1200 }, (_, n) => [`p${n}`, { default: 1 }])),
    },
    ...Array.from({ length: 600 }, () => ({ $ref: '#/$defs/a' })),
  ],
};
const NEVER_STARTED = { sendCancel: async () => undefined, handOver: async () => undefined };

/** Asks schemas when it is told to, and does something else before. */
class GatedAdmission extends Admission {
  readonly asked: string[] = [];
  before: (asked: InputRequest, signal?: AbortSignal) => Promise<unknown> = async () => undefined;

  override async read(db: DataSource, asked: InputRequest, signal?: AbortSignal): Promise<Reading | null> {
    this.asked.push(asked.owner.organisation_id);
    await this.before(asked, signal);
    return super.read(db, asked, signal);
  }
}
let slow: Tenant;
let others: Tenant[];
let admission: GatedAdmission;
beforeEach(async () => {
  const tenants = await Tenants.make(own.db, 3);
  [slow, ...others] = tenants.all as [Tenant, ...Tenant[]];
  admission = new GatedAdmission(signer);
});

/**
 * Publishes a version of the organisation's own agent with this input schema; it ticks for each of two people in two
 * projects.
 */
async function publish({ agent_id }: Tenant, input_schema: object): Promise<void> {
  await own.db.query(
    `UPDATE agent_versions SET status = 'archived' WHERE agent_id = $1 AND status = 'published'`,
    [agent_id],
  );
  await own.db.query(
    `INSERT INTO agent_versions (id, agent_id, number, status, origin, definition)
     SELECT $1, $2, number + 1, 'published', 'person', definition || $3::jsonb
       FROM agent_versions WHERE agent_id = $2 ORDER BY number DESC LIMIT 1`,
    [randomUUID(), agent_id, JSON.stringify({ input_schema, schedule: DAILY })],
  );
}

/** Everybody follows one cadence: the slow one's agent, and the self-check of all. */
async function following(): Promise<{ cadence_id: string; tick: Date }> {
  await own.db.query(
    `INSERT INTO bindings (id, agent, scope, schedule) VALUES ($1, 'self_check', 'server', $2)`,
    [randomUUID(), JSON.stringify(DAILY)],
  );
  await withScheduleLease(own.db, (lease) => applyChanges(own.db, lease, SETTINGS, 'all'));
  const [cadence] = await own.db.query(`SELECT id FROM cadences`);
  return { cadence_id: cadence.id, tick: nextTick({ ...DAILY, time_zone: 'UTC' }, new Date())! };
}

const firer = (chunk = 3, by: Admission = admission) =>
  new TickFirer(own.db, by, NEVER_STARTED, () => SETTINGS, chunk);

interface Answer {
  agent: string;
  organisation_id: string;
  runs: number;
  spans: number;
  reason: string | null;
  input: unknown;
}
/** The answer to the tick, for every schedule. */
const answers = (tick: Date): Promise<Answer[]> =>
  own.db.query(
    `SELECT s.agent, s.organisation_id, r.runs, r.input, t.spans, t.reason
       FROM schedules s,
            LATERAL (SELECT count(*)::int AS runs, min(input::text)::jsonb AS input FROM agent_runs
                      WHERE schedule_id = s.id AND tick_at = $1) r,
            LATERAL (SELECT count(*)::int AS spans, min(reason->>'code') AS reason FROM tick_spans
                      WHERE schedule_id = s.id AND last_tick = $1) t`,
    [tick],
  );
const ofAgent = (found: Answer[], agent: string, { organisation_id }: Tenant) =>
  found.filter((one) => one.agent === agent && one.organisation_id === organisation_id);
const ran = (found: Answer[]) => found.filter(({ runs, spans }) => runs === 1 && spans === 0).length;

/** The transactions that wait for something besides PostgreSQL. */
const transactions = (): Promise<unknown[]> =>
  own.db.query(
    `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`,
  );

/** Every schedule has its run, and nothing else. */
async function expectAllRan(tick: Date): Promise<void> {
  const found = await answers(tick);
  expect(found.length).toBeGreaterThan(0);
  expect(ran(found), JSON.stringify(found)).toBe(found.length);
  const [cadence] = await own.db.query(`SELECT firing_at, accounted_until FROM cadences`);
  expect(cadence).toEqual({ firing_at: null, accounted_until: tick });
}

test('a schema that takes long holds up nobody else, and no transaction', async () => {
  await publish(slow, SLOW);
  const { cadence_id, tick } = await following();
  // The product's own thread reads the schema, in one chunk with everybody; the answers are seen as soon as the first
  // runs are committed.
  let seen: Promise<Answer[]> | undefined;
  const starter = {
    ...NEVER_STARTED,
    handOver: async () => {
      seen ??= answers(tick);
    },
  };
  await new TickFirer(own.db, new Admission(signer), starter, () => SETTINGS).fire(cadence_id, tick);
  const first = (await seen) ?? [];
  expect(ran(first)).toBe(first.length - 4);
  expect(ofAgent(first, 'reviewer', slow).map(({ runs, spans }) => runs + spans)).toEqual([0, 0, 0, 0]);
  await expectAllRan(tick);
});

describe('while a schema is checked', () => {
  let ask!: () => void;
  let asking: Promise<void>;
  beforeEach(async () => {
    const gate = new Promise<void>((open) => {
      ask = open;
    });
    asking = new Promise((begun) => {
      admission.before = async ({ owner }) => {
        if (owner.organisation_id !== slow.organisation_id) return;
        begun();
        await gate;
      };
    });
    await publish(slow, { type: 'object', properties: { depth: { type: 'integer', default: 3 } } });
  });

  test('the others have their answers, and those who wait are pending', async () => {
    await publish(others[0]!, { type: 'object', properties: { mark: { type: 'string', default: 'x' } } });
    const { cadence_id, tick } = await following();
    const fired = firer().fire(cadence_id, tick);
    await asking;
    // The other organisation's own agent had a schema to check, too.
    await vi.waitFor(async () => {
      const waiting = await answers(tick);
      expect(ran(waiting)).toBe(waiting.length - 4);
      expect(ofAgent(waiting, 'reviewer', slow).map(({ runs, spans }) => runs + spans)).toEqual([0, 0, 0, 0]);
    }, LONG);
    expect(await transactions()).toEqual([]);
    ask();
    await fired;
    await expectAllRan(tick);
    const found = await answers(tick);
    expect(ofAgent(found, 'reviewer', slow).map(({ input }) => input)).toEqual(Array(4).fill({ depth: 3 }));
    expect(ofAgent(found, 'reviewer', others[0]!).map(({ input }) => input)).toEqual(
      Array(4).fill({ mark: 'x' }),
    );
    // Known by now, whoever ticks.
    const asked = admission.asked.length;
    const next = nextTick({ ...DAILY, time_zone: 'UTC' }, tick)!;
    await own.db.query(`UPDATE agent_runs SET status = 'completed', finished_at = now()`);
    await firer().fire(cadence_id, next);
    await expectAllRan(next);
    expect(admission.asked).toHaveLength(asked);
  });

  test('other cadences take their turns, however many wait', async () => {
    const { cadence_id, tick } = await following();
    const copies: { id: string }[] = await own.db.query(
      `INSERT INTO cadences (id, key, spec, next_at, accounted_until)
       SELECT gen_random_uuid(), key || n, spec, next_at, accounted_until FROM cadences, generate_series(1, 8) AS n
       RETURNING id`,
    );
    const [quick, ...held] = copies.map(({ id }) => id) as [string, ...string[]];
    // Each of the slow one's schedules waits in a cadence of its own, and more of them than there are turns.
    const schedules: { id: string }[] = await own.db.query(
      `SELECT id FROM schedules WHERE organisation_id = $1 ORDER BY agent`,
      [slow.organisation_id],
    );
    for (const [nth, { id }] of schedules.entries()) {
      const into = [held[nth]!, id];
      await own.db.query(`UPDATE schedule_periods SET cadence_id = $1 WHERE schedule_id = $2`, into);
      await own.db.query(`UPDATE schedules SET cadence_id = $1 WHERE id = $2`, into);
    }
    expect(schedules).toHaveLength(6);
    const one = firer();
    const all = held.slice(0, 6).map((id) => one.fire(id, tick));
    await vi.waitFor(() => expect(admission.asked).toHaveLength(4), LONG);
    await one.fire(cadence_id, tick);
    await one.fire(quick, tick);
    const found = await answers(tick);
    for (const other of others) expect(ran(ofAgent(found, 'self_check', other))).toBe(2);
    expect(ofAgent(found, 'reviewer', slow).map(({ runs }) => runs)).toEqual([0, 0, 0, 0]);
    ask();
    await Promise.all(all);
    expect(ran(ofAgent(await answers(tick), 'reviewer', slow))).toBe(4);
  });

  test('a member whose schema is late gets that reason, and a run at the next tick', async () => {
    const { cadence_id, tick } = await following();
    const gate = admission.before;
    admission.before = (asked, signal) =>
      Promise.race([
        gate(asked),
        new Promise((_, fail) => signal?.addEventListener('abort', () => fail(signal.reason))),
      ]);
    await publish(others[0]!, { type: 'object', properties: { mark: { type: 'string', default: 'y' } } });
    await new TickFirer(own.db, admission, NEVER_STARTED, () => SETTINGS, 3, 3000).fire(cadence_id, tick);
    const found = await answers(tick);
    expect(ofAgent(found, 'reviewer', slow)).toEqual(
      Array(4).fill(expect.objectContaining({ runs: 0, spans: 1, reason: 'input_not_checked' })),
    );
    expect(ran(found)).toBe(found.length - 4);
    ask();
    await own.db.query(`UPDATE agent_runs SET status = 'completed', finished_at = now()`);
    const next = nextTick({ ...DAILY, time_zone: 'UTC' }, tick)!;
    await firer().fire(cadence_id, next);
    await expectAllRan(next);
  });

  test("a person's start of the schedule waits outside of its transaction, and is of the version published by then", async () => {
    await following();
    const [{ id }] = await own.db.query(
      `SELECT id FROM schedules WHERE agent = 'reviewer' AND organisation_id = $1 LIMIT 1`,
      [slow.organisation_id],
    );
    const settings = { current: () => SETTINGS } as RuntimeSettings;
    const dispatcher = { dispatch: () => undefined, sendCancel: async () => undefined };
    const waits = { read: async () => ({ engine_up: true, polling_workers: 1 }) };
    const runs = new ScheduleRunsService(
      own.db,
      new ScheduleRepository(own.db),
      admission,
      dispatcher as unknown as Dispatcher,
      waits as unknown as WaitContextReader,
      settings,
    );
    const caller = { organisation_id: slow.organisation_id, user_id: slow.users[0] } as Principal;
    const started = runs.trigger(caller, id);
    await asking;
    // Neither it nor the lock of the schedule stands in anybody's way.
    await own.db.query(`UPDATE schedules SET paused_at = now() WHERE id = $1`, [id]);
    expect(await transactions()).toEqual([]);
    await publish(slow, { type: 'object', properties: { depth: { type: 'integer', default: 4 } } });
    ask();
    expect(await started).toMatchObject({ agent_runs: [{ input: { depth: 4 }, schedule_id: id }] });
  });

  test('a worker that loses the tick leaves it to another, and nobody is answered twice', async () => {
    const { cadence_id, tick } = await following();
    const lost = firer().fire(cadence_id, tick);
    const failed = expect(lost).rejects.toThrow('was lost');
    await asking;
    await own.db.query(`UPDATE leases SET fence = fence + 1, expires_at = 'epoch' WHERE name = $1`, [
      `cadence/${cadence_id}`,
    ]);
    const before = await answers(tick);
    expect(ran(before)).toBe(before.length - 4);
    ask();
    await failed;
    await firer().fire(cadence_id, null);
    await expectAllRan(tick);
  });
});

test('organisations are asked side by side, the agents of one after the other, and none once time is over', async () => {
  let ask!: () => void;
  const gate = new Promise<void>((open) => {
    ask = open;
  });
  admission.before = () => gate;
  const member = (agent: string, { organisation_id, projects }: Tenant) =>
    ({ agent, organisation_id, project_id: projects[0], user_id: null, time_zone: 'UTC' }) as MemberOfTick;
  const members = [
    ...['one', 'two', 'two', 'three', 'four'].map((agent) => member(agent, slow)),
    ...others.map((other) => member('one', other)),
  ];
  const time = new AbortController();
  const read = (async () => {
    for await (const _ of readInputs(own.db, admission, members, time.signal));
  })();
  const ids = (...tenants: Tenant[]) => tenants.map(({ organisation_id }) => organisation_id).sort();
  expect(admission.asked.sort()).toEqual(ids(slow, ...others));
  const second = new Promise<void>((begun) => {
    admission.before = async () => {
      time.abort();
      begun();
    };
  });
  ask();
  await Promise.all([second, read]);
  expect(admission.asked.sort()).toEqual(ids(slow, slow, ...others));
});

test('half of the time to the next tick may be waited for schemas, and no longer than what is given', () => {
  const firing_at = new Date('2026-06-01T08:00:00Z');
  const every = (every_seconds: number) =>
    readingTimeOf({ spec: { kind: 'interval', every_seconds }, firing_at }, 30_000);
  expect([10, 50, 900].map(every)).toEqual([5000, 25_000, 30_000]);
  expect(readingTimeOf({ spec: { kind: 'once', at: firing_at.toISOString() }, firing_at }, 30_000)).toBe(
    30_000,
  );
});

test('a version that is published while the schemas are asked is asked again, and the run has its input', async () => {
  const marked = (mark: string) => ({
    type: 'object',
    properties: { mark: { type: 'string', default: mark } },
  });
  await publish(slow, marked('first'));
  const { cadence_id, tick } = await following();
  const read = admission.read.bind(admission);
  let publishes = true;
  admission.read = async (...asked) => {
    const reading = await read(...asked);
    if (publishes) await publish(slow, marked('second'));
    publishes = false;
    return reading;
  };
  await firer().fire(cadence_id, tick);
  await expectAllRan(tick);
  expect(ofAgent(await answers(tick), 'reviewer', slow).map(({ input }) => input)).toEqual(
    Array(4).fill({ mark: 'second' }),
  );
});

test('defaults that make a long input keep their own agent from ticking, and nobody else', async () => {
  await publish(slow, {
    type: 'object',
    properties: { text: { type: 'string', default: 'x'.repeat(70_000) } },
  });
  const { cadence_id, tick } = await following();
  await firer().fire(cadence_id, tick);
  const found = await answers(tick);
  expect(ofAgent(found, 'reviewer', slow).map(({ reason }) => reason)).toEqual(Array(4).fill('not_admitted'));
  expect(ran(found)).toBe(found.length - 4);
});
