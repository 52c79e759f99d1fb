import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { nextTick } from '../../../src/engine/cadences/ticks.js';
import { Admission } from '../../../src/engine/runs/admission.js';
import { applyChanges } from '../../../src/engine/schedules/apply-changes.js';
import { TickFirer } from '../../../src/engine/schedules/tick-firer.js';
import { ScheduleScope1765065600000 } from '../../../src/platform/db/migrations/17-schedule-scope.js';
import type { Schedule } from '../../../workflows/contract/schedule.js';
import { useDataSource } from '../../support/own-database.js';
import { signer } from '../../support/signing-keys.js';
import { withScheduleLease } from './schedule-lease.js';
import { answersTo, SETTINGS, type Tenant, Tenants } from './tenants.js';

const own = useDataSource(3);
const DAILY: Schedule = { kind: 'cron', cron: '30 7 * * *' };
const LATER: Schedule = { kind: 'cron', cron: '45 8 * * *' };
const KEY = 'cron 30 7 * * * UTC';
let tenants: Tenants;
let one: Tenant;
let other: Tenant;
beforeEach(async () => {
  tenants = await Tenants.make(own.db, 3);
  [one, other] = tenants.all as [Tenant, Tenant];
});

const everything = () => withScheduleLease(own.db, (lease) => applyChanges(own.db, lease, SETTINGS, 'all'));
const marked = (places?: number) =>
  withScheduleLease(own.db, (lease) => applyChanges(own.db, lease, SETTINGS, 'marked', places));

/** The organisations that are marked, in order, null for the whole server. */
async function marks(): Promise<(string | null)[]> {
  const rows: { organisation_id: string | null }[] = await own.db.query(
    `SELECT DISTINCT organisation_id FROM schedule_changes ORDER BY organisation_id`,
  );
  return rows.map(({ organisation_id }) => organisation_id);
}

interface CadenceState {
  id: string;
  wanted: string | null;
  accounted_until: Date;
  spans: number;
}
async function cadence(key = KEY): Promise<CadenceState> {
  const [row]: CadenceState[] = await own.db.query(
    `SELECT id, wanted, accounted_until, (SELECT count(*)::int FROM tick_spans WHERE cadence_id = c.id) AS spans
       FROM cadences c WHERE key = $1`,
    [key],
  );
  return row!;
}

const idsOf = ({ organisation_id, projects, users }: Tenant) => [organisation_id, ...projects, ...users];

/** Each with the organisation that it concerns alone, which is `one`. */
const CHANGES: Record<string, () => Promise<unknown>> = {
  'a binding of an organisation': () => tenants.bind('self_check', 'organisation', one, LATER),
  'a binding of a project': () => tenants.bind('self_check', 'project', one, LATER),
  'a binding of a person': () => tenants.bind('reviewer', 'user', one, LATER),
  'a binding that is taken away': () =>
    own.db.query(`DELETE FROM bindings WHERE organisation_id = $1`, [one.organisation_id]),
  "a project's time zone": () =>
    own.db.query(`UPDATE projects SET time_zone = 'Asia/Makassar' WHERE id = $1`, [one.projects[0]]),
  'an archived project': () =>
    own.db.query(`UPDATE projects SET archived_at = now() WHERE id = $1`, [one.projects[0]]),
  'a new project': () =>
    own.db.query(`INSERT INTO projects (id, organisation_id, name) VALUES ($1, $2, 'New')`, [
      randomUUID(),
      one.organisation_id,
    ]),
  'a member who leaves a project': () => tenants.member(one, 0, 0, false),
  'a person who leaves the organisation': () =>
    own.db.query(`DELETE FROM memberships WHERE user_id = $1`, [one.users[0]]),
  'a version of an agent': () =>
    own.db.query(
      `UPDATE agent_versions SET definition = definition || '{"schedule": {"kind": "nightly"}}' WHERE agent_id = $1`,
      [one.agent_id],
    ),
  'an agent that is deleted': () => own.db.query(`DELETE FROM agents WHERE id = $1`, [one.agent_id]),
};

const OF_THE_SERVER: Record<string, () => Promise<unknown>> = {
  'a binding of the server': () => tenants.bind('self_check', 'server', one, LATER),
  'a setting': () =>
    own.db.query(`INSERT INTO settings (name, value) VALUES ('SCHEDULE_SPREAD_SECONDS', '0')
              ON CONFLICT (name) DO UPDATE SET value = excluded.value`),
  'a version of a built-in agent': () =>
    own.db.query(
      `UPDATE agent_versions SET definition = definition || '{"timeout_seconds": 61}' WHERE origin = 'code'`,
    ),
  'a project that is deleted': () => own.db.query(`DELETE FROM projects WHERE id = $1`, [one.projects[0]]),
  'an organisation that is deleted': () =>
    own.db.query(`DELETE FROM organisations WHERE id = $1`, [one.organisation_id]),
};

describe('the marks of a change', () => {
  beforeEach(async () => {
    for (const tenant of [one, other]) await tenants.bind('self_check', 'organisation', tenant, DAILY);
    await everything();
  });

  test.each(Object.keys(CHANGES))('%s: its organisation', async (change) => {
    await CHANGES[change]!();
    expect(await marks()).toEqual([one.organisation_id]);
  });

  test.each(Object.keys(OF_THE_SERVER))('%s: the whole server', async (change) => {
    await OF_THE_SERVER[change]!();
    expect(await marks()).toContain(null);
  });

  test('a statement that concerns several organisations: each of them; one that changes no row: none', async () => {
    await own.db.query(`UPDATE projects SET time_zone = 'Asia/Makassar' WHERE organisation_id = ANY($1)`, [
      [one.organisation_id, other.organisation_id],
    ]);
    expect(await marks()).toEqual([one.organisation_id, other.organisation_id].sort());
    await marked();
    await own.db.query(`UPDATE projects SET time_zone = 'UTC' WHERE false`);
    expect(await marks()).toEqual([]);
  });
});

describe('the rows that a pass reads', () => {
  beforeEach(async () => {
    for (const tenant of tenants.all)
      for (const agent of ['self_check', 'reviewer'])
        await tenants.bind(agent, 'organisation', tenant, DAILY);
    await everything();
  });

  test.each(Object.keys(CHANGES))('%s: no row of another organisation', async (change) => {
    await CHANGES[change]!();
    const read = JSON.stringify(await answersTo(own.db, marked));
    const schedules: { id: string }[] = await own.db.query(
      `SELECT id FROM schedules WHERE organisation_id <> $1`,
      [one.organisation_id],
    );
    expect(schedules).toHaveLength(12);
    expect(read).toContain(one.projects[1]);
    const others = [...tenants.all.filter((tenant) => tenant !== one).flatMap(idsOf)];
    for (const id of [...others, ...schedules.map((schedule) => schedule.id)]) expect(read).not.toContain(id);
    expect(await marks()).toEqual([]);
    expect(await everything()).toEqual({ joined: 0, moved: 0, left: 0 });
  });

  test('a change of the whole server: so many members at a time, each portion in a transaction of its own', async () => {
    await tenants.bind('self_check', 'server', one, LATER);
    await own.db.query(`DELETE FROM bindings WHERE scope = 'organisation'`);
    const projects = tenants.all.flatMap((tenant) => tenant.projects);
    const together = (await answersTo(own.db, () => marked(4)))
      .map((answers) => JSON.stringify(answers))
      .map((read) => projects.filter((id) => read.includes(`"project_id":"${id}"`)));
    expect(Math.max(...together.map((ids) => ids.length))).toBe(2);
    expect(together.flat().sort()).toEqual([...projects].sort());
    expect(await everything()).toEqual({ joined: 0, moved: 0, left: 0 });
  });

  test('a process without the lease settles nothing; the holder settles everything', async () => {
    await tenants.bind('self_check', 'server', one, LATER);
    await own.db.query(`DELETE FROM bindings WHERE scope = 'organisation'`);
    const late = withScheduleLease(own.db, async (lease) => {
      // The lease expires without notice, and another process takes it.
      await own.db.query(
        `UPDATE leases SET fence = fence + 1, expires_at = 'epoch' WHERE name = 'chore/schedules'`,
      );
      return applyChanges(own.db, lease, SETTINGS, 'all');
    });
    await expect(late).rejects.toThrow('the lease chore/schedules was lost');
    const members: { key: string }[] = await own.db.query(
      `SELECT DISTINCT c.key FROM schedules s JOIN cadences c ON c.id = s.cadence_id`,
    );
    expect(members).toEqual([{ key: KEY }]);
    expect(await marks()).toContain(null);
    expect(await marked()).toMatchObject({ moved: 6 });
  });

  test('a pass that dies in the middle is repeated as a whole', async () => {
    const last = tenants.all
      .map(({ organisation_id }) => organisation_id)
      .sort()
      .at(-1);
    await own.db.query(
      `ALTER TABLE schedules ADD CONSTRAINT stuck CHECK (organisation_id <> '${last}' OR origin IS NULL) NOT VALID`,
    );
    try {
      await tenants.bind('self_check', 'server', one, LATER);
      await own.db.query(`DELETE FROM bindings WHERE scope = 'organisation'`);
      await expect(marked(1)).rejects.toThrow('stuck');
      expect(await marks()).toContain(null);
    } finally {
      await own.db.query(`ALTER TABLE schedules DROP CONSTRAINT stuck`);
    }
    expect(await marked(1)).toEqual({ joined: 0, moved: 2, left: 4 });
    expect(await marks()).toEqual([]);
    expect(await everything()).toEqual({ joined: 0, moved: 0, left: 0 });
  });
});

describe('a cadence that two organisations share', () => {
  const firer = () =>
    new TickFirer(
      own.db,
      new Admission(signer),
      { sendCancel: async () => undefined, handOver: async () => undefined },
      () => SETTINGS,
    );
  /** The cadences look unanswered for days. */
  const behind = () => own.db.query(`UPDATE cadences SET accounted_until = now() - interval '3 days'`);

  beforeEach(async () => {
    await everything();
    await tenants.bind('self_check', 'organisation', other, DAILY);
    await marked();
  });

  test('goes on for one when the other leaves', async () => {
    await tenants.bind('self_check', 'organisation', one, DAILY);
    await marked();
    await behind();
    const before = await cadence();
    await tenants.bind('self_check', 'organisation', one, null);
    expect(await marked()).toEqual({ joined: 0, moved: 0, left: 2 });
    expect(await cadence()).toEqual(before);
    expect(before.wanted).not.toBeNull();
    const tick = nextTick(DAILY as never, new Date());
    expect(await firer().fire(before.id, tick)).toMatchObject({ admitted: 2 });
    const runs = await own.db.query(`SELECT DISTINCT organisation_id FROM agent_runs`);
    expect(runs).toEqual([{ organisation_id: other.organisation_id }]);
  });

  test('keeps what is due for one when the other comes', async () => {
    await behind();
    const before = await cadence();
    await tenants.bind('self_check', 'organisation', one, DAILY);
    expect(await marked()).toEqual({ joined: 2, moved: 0, left: 0 });
    expect(await cadence()).toEqual(before);
  });

  test('ends with the last who leaves, and begins anew with the next who comes', async () => {
    await behind();
    await tenants.bind('self_check', 'organisation', other, null);
    await marked();
    const ended = await cadence();
    expect(ended).toMatchObject({ wanted: null, spans: expect.any(Number) });
    expect(ended.spans).toBeGreaterThan(0);
    await behind();
    await tenants.bind('self_check', 'organisation', one, DAILY);
    await marked();
    const begun = await cadence();
    expect(begun.wanted).not.toBeNull();
    expect(begun.accounted_until.getTime()).toBeGreaterThanOrEqual(ended.accounted_until.getTime());
  });

  test('is no longer wanted when the organisation that followed it is deleted', async () => {
    await own.db.query(`DELETE FROM organisations WHERE id = $1`, [other.organisation_id]);
    await marked();
    expect(await cadence()).toMatchObject({ wanted: null });
  });

  test('is off where background work is, also when it is new', async () => {
    const off = { ...SETTINGS, OPERATING_BACKGROUND_ENABLED: false };
    await withScheduleLease(own.db, (lease) => applyChanges(own.db, lease, off, 'all'));
    await tenants.bind('self_check', 'organisation', one, LATER);
    await withScheduleLease(own.db, (lease) => applyChanges(own.db, lease, off, 'marked'));
    const [row] = await own.db.query(`SELECT count(*)::int AS on FROM cadences WHERE off_since IS NULL`);
    expect(row).toEqual({ on: 0 });
    expect((await cadence('cron 45 8 * * * UTC')).wanted).toContain('paused');
  });
});

test('marks from before they named an organisation are settled for the whole server', async () => {
  const migration = new ScheduleScope1765065600000();
  const runner = own.db.createQueryRunner();
  try {
    await everything();
    await migration.down(runner);
    for (const tenant of [one, other]) await tenants.bind('self_check', 'organisation', tenant, DAILY);
    await migration.up(runner);
  } finally {
    await runner.release();
  }
  expect(await marks()).toEqual([null]);
  expect(await marked()).toEqual({ joined: 4, moved: 0, left: 0 });
  await tenants.bind('self_check', 'organisation', one, null);
  expect(await marks()).toEqual([one.organisation_id]);
});
