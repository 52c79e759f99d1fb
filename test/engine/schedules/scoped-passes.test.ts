import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyChanges } from '../../../src/engine/schedules/apply-changes.js';
import type { Schedule } from '../../../workflows/contract/schedule.js';
import { useDataSource } from '../../support/own-database.js';
import { withScheduleLease } from './schedule-lease.js';
import { type Scope, SETTINGS, type Tenant, Tenants } from './tenants.js';

const own = useDataSource(3);
let tenants: Tenants;

const DAILY: Schedule = { kind: 'cron', cron: '30 7 * * *' };
const everything = () => withScheduleLease(own.db, (lease) => applyChanges(own.db, lease, SETTINGS, 'all'));
const marked = (places?: number) =>
  withScheduleLease(own.db, (lease) => applyChanges(own.db, lease, SETTINGS, 'marked', places));

type Op =
  | { do: 'bind'; agent: string; scope: Scope; schedule: Schedule | null }
  | { do: 'unbind' }
  | { do: 'member' | 'archive'; on: boolean }
  | { do: 'zone'; zone: string }
  | { do: 'version'; schedule: Schedule; audience: string }
  | { do: 'clear' }
  | { do: 'settle'; places: number };

const schedules = fc.constantFrom<Schedule>(
  { kind: 'manual' },
  { kind: 'interval' },
  DAILY,
  { ...DAILY, time_zone: 'Asia/Makassar' } as Schedule,
  { kind: 'nightly' },
);
const doing = <D extends Op['do']>(what: D) => ({ do: fc.constant(what) });
const ops: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      ...doing('bind'),
      agent: fc.constantFrom('self_check', 'reviewer'),
      scope: fc.constantFrom<Scope>('server', 'organisation', 'organisation', 'project', 'user'),
      schedule: fc.option(schedules),
    }),
  },
  { weight: 1, arbitrary: fc.record(doing('unbind')) },
  { weight: 2, arbitrary: fc.record({ ...doing('member'), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ ...doing('archive'), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ ...doing('zone'), zone: fc.constantFrom('UTC', 'Asia/Makassar') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ...doing('version'),
      schedule: schedules,
      audience: fc.constantFrom('project', 'project_member'),
    }),
  },
  { weight: 1, arbitrary: fc.record(doing('clear')) },
  { weight: 5, arbitrary: fc.record({ ...doing('settle'), places: fc.integer({ min: 1, max: 5 }) }) },
);
const index = fc.constantFrom<0 | 1>(0, 1);

async function apply(op: Op, tenant: Tenant, project: 0 | 1, user: 0 | 1): Promise<void> {
  switch (op.do) {
    case 'bind':
      return tenants.bind(op.agent, op.scope, tenant, op.schedule, op.scope === 'user' ? user : project);
    case 'unbind':
      await own.db.query(`DELETE FROM bindings WHERE organisation_id = $1`, [tenant.organisation_id]);
      return;
    case 'member':
      return tenants.member(tenant, project, user, op.on);
    case 'archive':
      await own.db.query(`UPDATE projects SET archived_at = CASE WHEN $2 THEN now() END WHERE id = $1`, [
        tenant.projects[project],
        op.on,
      ]);
      return;
    case 'zone':
      await own.db.query(`UPDATE projects SET time_zone = $2 WHERE id = $1`, [
        tenant.projects[project],
        op.zone,
      ]);
      return;
    case 'version':
      await own.db.query(
        `UPDATE agent_versions SET definition = definition || $2::jsonb WHERE agent_id = $1`,
        [tenant.agent_id, JSON.stringify({ schedule: op.schedule, audience: op.audience })],
      );
      return;
    case 'clear':
      await own.db.query(`UPDATE bindings SET schedule = NULL WHERE organisation_id = $1`, [
        tenant.organisation_id,
      ]);
      return;
    case 'settle':
      await marked(op.places);
  }
}

/** The followers, and the Schedules that Temporal should have. */
async function state(): Promise<unknown> {
  const followers = await own.db.query(
    `SELECT s.agent, s.organisation_id, s.project_id, s.user_id, s.origin, c.key, c.wanted
       FROM schedule_periods p JOIN schedules s ON s.id = p.schedule_id AND s.cadence_id = p.cadence_id
       JOIN cadences c ON c.id = p.cadence_id
      WHERE p.until IS NULL ORDER BY s.agent, s.organisation_id, s.project_id, s.user_id`,
  );
  const wanted = await own.db.query(`SELECT key FROM cadences WHERE wanted IS NOT NULL ORDER BY key`);
  return { followers, wanted };
}

test('passes over the marked organisations lead to the same state as one pass over everything', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(ops, fc.nat(2), index, index), { minLength: 5, maxLength: 25 }),
      async (happens) => {
        tenants = await Tenants.make(own.db, 3);
        await everything();
        for (const [op, nth, project, user] of happens) await apply(op, tenants.all[nth]!, project, user);
        await marked(2);
        const reached = await state();
        expect(await everything()).toEqual({ joined: 0, moved: 0, left: 0 });
        expect(await state()).toEqual(reached);
        await own.db.query('TRUNCATE schedules, cadences CASCADE');
        await everything();
        expect(await state()).toEqual(reached);
      },
    ),
    { numRuns: 25, interruptAfterTimeLimit: 60_000 },
  );
}, 90_000);
