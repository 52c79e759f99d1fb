import { randomUUID } from 'node:crypto';
import { Client, Connection, type ScheduleDescription, ScheduleOverlapPolicy } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import selfCheck from '../../../agents/self-check/agent.js';
import { type Seeded, seed } from '../../../src/commands/seed.js';
import { publishBuiltIns } from '../../../src/engine/agents/publish-built-ins.js';
import { type Reconciled, ScheduleReconciler } from '../../../src/engine/schedules/schedule-reconciler.js';
import { readEnvironment } from '../../../src/platform/config/environment.js';
import { createLogger } from '../../../src/platform/config/logger.js';
import { Engine } from '../../../src/platform/temporal/engine.js';
import type { Schedule } from '../../../workflows/contract/schedule.js';
import { useDataSource } from '../../support/own-database.js';
import { PAYLOAD_KEYS, payloadCodec } from '../../support/payload-keys.js';
import { PrivateTemporal } from '../../support/private-parts.js';
import { LONG } from '../../support/stack.js';
import { withScheduleLease } from './schedule-lease.js';

const own = useDataSource(3);
const settings = {
  OPERATING_BACKGROUND_ENABLED: true,
  OPERATING_BACKGROUND_INTERVAL_SECONDS: 86_400,
  TICKET_CONFLICT_SCAN_HOUR_UTC: 2,
  SCHEDULE_SPREAD_SECONDS: 0,
  SCHEDULE_CATCH_UP_SECONDS: 3600,
};
const logger = createLogger({ LOG_LEVEL: 'silent' }, 'test');
const DAILY: Schedule = { kind: 'cron', cron: '30 7 * * *' };
let here: Told;

/** The Schedules of one task queue in Temporal, and the reconcilers that write them. */
class Told {
  private constructor(
    readonly engine: Engine,
    private readonly connection: Connection,
    private readonly client: Client,
    readonly taskQueue: string,
  ) {}

  static async open(address: string): Promise<Told> {
    const taskQueue = randomUUID();
    const engine = await Engine.connect(
      readEnvironment({
        TEMPORAL_ADDRESS: address,
        TEMPORAL_TASK_QUEUE: taskQueue,
        TEMPORAL_PAYLOAD_KEYS: PAYLOAD_KEYS,
      }),
      'test',
    );
    const connection = await Connection.connect({ address });
    const client = new Client({ connection, dataConverter: { payloadCodecs: [payloadCodec] } });
    return new Told(engine, connection, client, taskQueue);
  }

  /** A reconciler that has just started compares with Temporal first. */
  reconciler(): ScheduleReconciler {
    return new ScheduleReconciler(
      own.db,
      this.engine,
      { current: () => settings, refresh: async () => undefined },
      logger,
    );
  }

  schedule(cadence_id: string) {
    return this.client.schedule.getHandle(`cadence-${cadence_id}`);
  }

  /** The Schedules that Temporal lists, once they are as many as they should be. */
  async kept(count: number): Promise<Map<string, ScheduleDescription>> {
    const ids = await vi.waitFor(async () => {
      const found = await this.engine.schedules.list();
      expect(found).toHaveLength(count);
      return found;
    }, LONG);
    const descriptions = ids.map(async (id) => [id, await this.schedule(id).describe()] as const);
    return new Map(await Promise.all(descriptions));
  }

  async titles(count: number): Promise<string[]> {
    return [...(await this.kept(count)).values()].map(({ state }) => state.note ?? '').sort();
  }

  async close(): Promise<void> {
    await this.engine.close();
    await this.connection.close();
  }
}

let place: Seeded;
let reconciler: ScheduleReconciler;
beforeEach(async () => {
  await own.db.query('TRUNCATE organisations, users, cadences, schedule_changes CASCADE');
  await publishBuiltIns(own.db, [selfCheck]);
  settings.OPERATING_BACKGROUND_ENABLED = true;
  place = await seed(own.db, {
    organisation: 'Acme',
    project: 'Project',
    email: 'owner@acme.test',
    name: 'Owner',
    new_key: false,
  });
});

/** For everybody, what the version says left aside. */
async function bind(schedule: Schedule | null): Promise<void> {
  await own.db.query(`DELETE FROM bindings`);
  await own.db.query(
    `INSERT INTO bindings (id, agent, scope, schedule) VALUES ($1, 'self_check', 'server', $2)`,
    [randomUUID(), schedule && JSON.stringify(schedule)],
  );
}

const pass = (by = reconciler): Promise<Reconciled> => withScheduleLease(own.db, (lease) => by.pass(lease));
const followed = (): Promise<{ key: string; refused: string | null }[]> =>
  own.db.query(
    `SELECT c.key, c.refused FROM schedules s JOIN cadences c ON c.id = s.cadence_id ORDER BY c.key`,
  );
const nothing: Reconciled = { joined: 0, moved: 0, left: 0, synced: 0 };

describe('Temporal keeps one Schedule for each cadence', () => {
  beforeAll(async () => {
    here = await Told.open(inject('temporal'));
  });
  afterAll(() => here.close());
  beforeEach(() => {
    reconciler = here.reconciler();
  });

  test('a Schedule is made for the first member, and deleted with the last one', async () => {
    await bind(DAILY);
    expect(await pass()).toEqual({ ...nothing, joined: 1, synced: 1 });
    const [kept] = [...(await here.kept(1)).values()];
    expect(kept).toMatchObject({
      action: { type: 'startWorkflow', workflowType: 'tick', taskQueue: here.taskQueue },
      policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: 3_600_000 },
      state: { paused: false, note: 'cron 30 7 * * * UTC' },
    });
    expect(await pass()).toEqual(nothing);
    await bind(null);
    expect(await pass()).toEqual({ ...nothing, left: 1, synced: 1 });
    await here.kept(0);
    const [{ open }] = await own.db.query(
      `SELECT count(*)::int AS open FROM schedule_periods WHERE until IS NULL`,
    );
    expect(open).toBe(0);
  });

  test('a binding that is changed moves its members to another', async () => {
    await bind(DAILY);
    await pass();
    await bind({ kind: 'cron', cron: '45 8 * * *' });
    expect(await pass()).toEqual({ ...nothing, moved: 1, synced: 2 });
    expect(await here.titles(1)).toEqual(['cron 45 8 * * * UTC']);
    expect(await followed()).toEqual([{ key: 'cron 45 8 * * * UTC', refused: null }]);
  });

  test('another time zone of the project moves them too, unless the schedule names a zone', async () => {
    await bind(DAILY);
    await pass();
    const moveTo = (zone: string) =>
      own.db.query(`UPDATE projects SET time_zone = $2 WHERE id = $1`, [place.project_id, zone]);
    await moveTo('Asia/Makassar');
    expect(await pass()).toMatchObject({ moved: 1 });
    expect(await here.titles(1)).toEqual(['cron 30 7 * * * Asia/Makassar']);
    await bind({ ...DAILY, time_zone: 'Europe/Berlin' } as Schedule);
    await pass();
    await moveTo('UTC');
    expect(await pass()).toEqual(nothing);
    expect(await here.titles(1)).toEqual(['cron 30 7 * * * Europe/Berlin']);
  });

  test('switching background work off pauses them all, and on again lets them run', async () => {
    await bind(DAILY);
    await pass();
    settings.OPERATING_BACKGROUND_ENABLED = false;
    expect(await pass()).toEqual({ ...nothing, synced: 1 });
    const state = async () => [...(await here.kept(1)).values()][0]?.state;
    expect(await state()).toMatchObject({ paused: true, note: 'OPERATING_BACKGROUND_ENABLED is false' });
    settings.OPERATING_BACKGROUND_ENABLED = true;
    expect(await pass()).toEqual({ ...nothing, synced: 1 });
    expect(await state()).toMatchObject({ paused: false });
  });

  test('a Schedule without a cadence is deleted; one that was deleted by hand is made again', async () => {
    await bind(DAILY);
    await pass();
    const [id] = [...(await here.kept(1)).keys()];
    await here.schedule(id!).delete();
    const orphan = randomUUID();
    await here.engine.schedules.keep({
      cadence_id: orphan,
      title: 'an orphan',
      spec: {},
      catch_up_seconds: 60,
      paused: null,
    });
    await vi.waitFor(async () => expect(await here.engine.schedules.list()).toEqual([orphan]), LONG);
    expect(await pass()).toEqual(nothing);
    expect(await pass(here.reconciler())).toEqual({ ...nothing, synced: 1 });
    await vi.waitFor(async () => expect(await here.engine.schedules.list()).toEqual([id]), LONG);
  });

  test('a refusal of Temporal is shown on the schedule, and stops no other Schedule', async () => {
    await own.db.query(
      `INSERT INTO projects (id, organisation_id, name, time_zone) VALUES ($1, $2, 'Odd', 'europe/berlin')`,
      [randomUUID(), place.organisation_id],
    );
    await bind(DAILY);
    expect(await pass()).toEqual({ ...nothing, joined: 2, synced: 1 });
    expect(await followed()).toEqual([
      { key: 'cron 30 7 * * * UTC', refused: null },
      { key: 'cron 30 7 * * * europe/berlin', refused: expect.stringContaining('europe/berlin') },
    ]);
    expect(await pass()).toEqual(nothing);
  });

  test('a member who leaves a project loses the schedule; a project without members keeps one that says so', async () => {
    await own.db.query(
      `UPDATE agent_versions SET definition = definition || '{"audience": "project_member"}' WHERE status = 'published'`,
    );
    await bind(DAILY);
    const users = () =>
      own.db
        .query(`SELECT user_id FROM schedules WHERE cadence_id IS NOT NULL`)
        .then((rows) => rows.map((row: Seeded) => row.user_id));
    expect(await pass()).toMatchObject({ joined: 1 });
    expect(await users()).toEqual([place.user_id]);
    await own.db.query(`DELETE FROM project_members`);
    expect(await pass()).toMatchObject({ joined: 1, left: 1, synced: 0 });
    expect(await users()).toEqual([null]);
    await own.db.query(
      `INSERT INTO project_members (project_id, organisation_id, user_id) VALUES ($1, $2, $3)`,
      [place.project_id, place.organisation_id, place.user_id],
    );
    expect(await pass()).toMatchObject({ moved: 1, left: 1 });
    expect(await users()).toEqual([place.user_id]);
  });

  test("an organisation's own agent of a built-in's key gives way to it", async () => {
    const id = randomUUID();
    await own.db.query(
      `INSERT INTO agents (id, key, organisation_id, title, purpose, built_in) VALUES ($1, 'self_check', $2, 'Own', 'Own', false)`,
      [id, place.organisation_id],
    );
    await own.db.query(
      `INSERT INTO agent_versions (id, agent_id, number, status, origin, definition)
       SELECT $1, $2, 1, 'published', 'person', definition FROM agent_versions LIMIT 1`,
      [randomUUID(), id],
    );
    await bind(DAILY);
    expect(await pass()).toMatchObject({ joined: 1 });
  });
});

describe('Temporal away', () => {
  const temporal = new PrivateTemporal();
  let there: Told;
  beforeAll(async () => {
    await temporal.start();
    there = await Told.open(temporal.address);
  });
  afterAll(async () => {
    await there.close();
    await temporal.close();
  });

  test('members follow at once, and Temporal gets the Schedules when it is back', async () => {
    reconciler = there.reconciler();
    await pass();
    await temporal.stop();
    await bind(DAILY);
    expect(await pass()).toEqual({ ...nothing, joined: 1 });
    expect(await followed()).toHaveLength(1);
    await temporal.start();
    await vi.waitFor(async () => expect((await pass()).synced).toBe(1), LONG);
    expect(await there.titles(1)).toEqual(['cron 30 7 * * * UTC']);
  });

  test('after Temporal lost its database, a missed wake-up brings the Schedule back', async () => {
    reconciler = there.reconciler();
    await bind(DAILY);
    await pass();
    await temporal.stop();
    temporal.loseEverything();
    await temporal.start();
    await vi.waitFor(async () => expect(await there.engine.schedules.list()).toEqual([]), LONG);
    expect(await pass()).toEqual(nothing);
    await own.db.query(`UPDATE cadences SET next_at = now() - interval '1 minute'`);
    await pass();
    expect(await pass()).toEqual({ ...nothing, synced: 1 });
    expect(await there.titles(1)).toEqual(['cron 30 7 * * * UTC']);
  });
});
