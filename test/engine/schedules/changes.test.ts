import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Binding, groupBindings, scheduleOn } from '../../../src/engine/agents/effective.js';
import { cadenceKey } from '../../../src/engine/cadences/cadence.js';
import { changesTo, isNothing, type ScheduleChanges } from '../../../src/engine/schedules/changes.js';
import {
  type DesiredMember,
  desiredMembers,
  memberKey,
  type SchedulableAgent,
  type ScheduledProject,
  type ScheduleMember,
  type ScheduleRule,
} from '../../../src/engine/schedules/desired.js';
import type { FollowingSchedule, SharedCadence } from '../../../src/engine/schedules/schedule.store.js';
import { SCOPES } from '../../../src/platform/db/entities/binding.entity.js';
import { AUDIENCES, type Schedule } from '../../../workflows/contract/schedule.js';

const ORGANISATIONS = ['o1', 'o2'];
const PROJECTS = ['p1', 'p2', 'p3', 'p4'];
const USERS = ['u1', 'u2', 'u3'];
const DEFAULTS = { interval_seconds: 900, nightly_hour_utc: 2 };

const schedules: fc.Arbitrary<Schedule> = fc.oneof(
  fc.constant<Schedule>({ kind: 'manual' }),
  fc.constantFrom<Schedule>({ kind: 'interval' }, { kind: 'interval', every_seconds: 60 }),
  fc.constantFrom<Schedule>(
    { kind: 'cron', cron: '30 7 * * *' },
    { kind: 'cron', cron: ' 30  7 * * * ', time_zone: 'Asia/Makassar' },
  ),
  fc.constant<Schedule>({ kind: 'nightly' }),
  fc.constant<Schedule>({ kind: 'once', at: '2027-01-01T00:00:00.000Z' }),
);

const agents: fc.Arbitrary<SchedulableAgent[]> = fc.uniqueArray(
  fc.record({
    key: fc.constantFrom('a1', 'a2', 'a3'),
    organisation_id: fc.constantFrom(null, ...ORGANISATIONS),
    audience: fc.constantFrom(...AUDIENCES),
    schedule: schedules,
  }),
  { selector: ({ key }) => key, maxLength: 3 },
);

const projects: fc.Arbitrary<ScheduledProject[]> = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom(...PROJECTS),
    organisation_id: fc.constantFrom(...ORGANISATIONS),
    time_zone: fc.constantFrom('UTC', 'Europe/Berlin'),
    members: fc.subarray(USERS),
  }),
  { selector: ({ id }) => id },
);

const bindings: fc.Arbitrary<Binding[]> = fc.array(
  fc
    .record({
      agent: fc.constantFrom('a1', 'a2', 'a3'),
      scope: fc.constantFrom(...SCOPES),
      organisation: fc.constantFrom(...ORGANISATIONS),
      project: fc.constantFrom(...PROJECTS),
      user: fc.constantFrom(...USERS),
      schedule: schedules,
    })
    .map(({ agent, scope, organisation, project, user, schedule }) => ({
      id: `${agent} ${scope} ${organisation} ${project} ${user}`,
      agent,
      scope,
      organisation_id: scope === 'server' ? null : organisation,
      project_id: scope === 'project' ? project : null,
      user_id: scope === 'user' ? user : null,
      enabled: null,
      schedule,
      settings: {},
      changed_by: null,
      changed_at: new Date(0),
    })),
  { maxLength: 8 },
);

interface World {
  agents: SchedulableAgent[];
  projects: ScheduledProject[];
  bindings: Binding[];
}
const worlds: fc.Arbitrary<World> = fc.record({ agents, projects, bindings });

function ruleOf(of: readonly Binding[]): ScheduleRule {
  const { pathOf } = groupBindings(of);
  return (agent, member) => scheduleOn(pathOf(agent.key, member), agent.schedule);
}

const desiredIn = (world: World) =>
  desiredMembers(world.agents, world.projects, DEFAULTS, ruleOf(world.bindings));

interface Kept {
  schedules: FollowingSchedule[];
  cadences: SharedCadence[];
}

/** Applies the changes to the rows, without a database. */
function applied({ schedules: before, cadences }: Kept, changes: ScheduleChanges): Kept {
  const made = changes.cadences.map(
    (spec): SharedCadence => ({
      id: randomUUID(),
      key: cadenceKey(spec),
      spec,
      accounted_until: new Date(0),
      firing_at: null,
      off_since: null,
      wanted: null,
      followed_elsewhere: false,
    }),
  );
  const known = [...cadences, ...made];
  const idOf = (key: string) => known.find((cadence) => cadence.key === key)!.id;
  const follow = ({ agent, organisation_id, project_id, user_id, key, origin }: DesiredMember) => ({
    ...{ agent, organisation_id, project_id, user_id, origin },
    cadence_id: idOf(key),
  });
  const joined = changes.joining.map((member) => ({ ...follow(member), id: randomUUID() }));
  const kept = before.map((schedule) => {
    const moving = changes.moving.find(({ schedule_id }) => schedule_id === schedule.id);
    if (moving) return { ...follow(moving), id: schedule.id };
    const leaving = changes.leaving.some(({ schedule_id }) => schedule_id === schedule.id);
    return leaving ? { ...schedule, cadence_id: null, origin: null } : schedule;
  });
  return { schedules: [...kept, ...joined], cadences: known };
}

const followed = ({ schedules: all, cadences }: Kept) =>
  all
    .filter(({ cadence_id }) => cadence_id !== null)
    .map((one) => {
      const key = cadences.find(({ id }) => id === one.cadence_id)!.key;
      return `${memberKey(one)}: ${key}, from ${one.origin}`;
    })
    .sort();

const asked = (desired: DesiredMember[]) =>
  desired.map((one) => `${memberKey(one)}: ${one.key}, from ${one.origin}`).sort();

describe('from any state to any other', () => {
  test('the changes lead to what is desired, and then there are none', () => {
    fc.assert(
      fc.property(fc.array(worlds, { minLength: 1, maxLength: 5 }), (steps) => {
        let kept: Kept = { schedules: [], cadences: [] };
        for (const world of steps) {
          const desired = desiredIn(world);
          const changes = changesTo(desired, kept.schedules, kept.cadences);
          expectCounted(kept, changes, desired);
          kept = applied(kept, changes);
          expect(followed(kept)).toEqual(asked(desired));
          expect(isNothing(changesTo(desired, kept.schedules, kept.cadences))).toBe(true);
        }
        expect(new Set(kept.schedules.map(memberKey)).size).toBe(kept.schedules.length);
        expect(new Set(kept.cadences.map(({ key }) => key)).size).toBe(kept.cadences.length);
      }),
      { numRuns: 300 },
    );
  });

  test('project by project, in any order, the changes lead to the same', () => {
    const orders = fc.shuffledSubarray(PROJECTS, { minLength: PROJECTS.length });
    fc.assert(
      fc.property(fc.array(fc.tuple(worlds, orders), { minLength: 1, maxLength: 5 }), (steps) => {
        let kept: Kept = { schedules: [], cadences: [] };
        for (const [world, order] of steps) {
          const desired = desiredIn(world);
          for (const project of order) {
            const isHere = ({ project_id }: ScheduleMember) => project_id === project;
            const cadences = seenFrom(isHere, kept);
            const changes = changesTo(desired.filter(isHere), kept.schedules.filter(isHere), cadences);
            const after = applied(kept, changes);
            expect(changes.waking.sort()).toEqual(followedOnlyIn(after, kept));
            expect(changes.emptied.sort()).toEqual(followedOnlyIn(kept, after));
            kept = after;
          }
          expect(followed(kept)).toEqual(asked(desired));
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** The cadences as the members who are here see them. */
function seenFrom(
  isHere: (member: ScheduleMember) => boolean,
  { schedules: all, cadences }: Kept,
): SharedCadence[] {
  const elsewhere = new Set(all.filter((one) => !isHere(one)).map(({ cadence_id }) => cadence_id));
  return cadences.map((cadence) => ({ ...cadence, followed_elsewhere: elsewhere.has(cadence.id) }));
}

/** The ids of cadences that were there before, and that somebody follows in `one` alone. */
function followedOnlyIn(one: Kept, other: Kept): string[] {
  const followedIn = ({ schedules: all }: Kept) => new Set(all.flatMap(({ cadence_id }) => cadence_id ?? []));
  const known = [one, other].map(({ cadences }) => new Set(cadences.map(({ id }) => id)));
  const inOther = followedIn(other);
  return [...followedIn(one)].filter((id) => !inOther.has(id) && known.every((ids) => ids.has(id))).sort();
}

/** A cadence wakes when its first follower comes, and is emptied when its last one goes. */
function expectCounted(
  { schedules: all, cadences }: Kept,
  changes: ScheduleChanges,
  desired: DesiredMember[],
) {
  const before = new Set(all.flatMap(({ cadence_id }) => cadence_id ?? []));
  const after = new Set(desired.map(({ key }) => key));
  const ids = (holds: (cadence: SharedCadence) => boolean) => cadences.filter(holds).map(({ id }) => id);
  expect(changes.waking).toEqual(ids(({ id, key }) => !before.has(id) && after.has(key)));
  expect(changes.emptied).toEqual(ids(({ id, key }) => before.has(id) && !after.has(key)));
}

test('the most specific binding that sets a schedule wins, then the version', () => {
  const narrowest = (of: Binding[], { agent, organisation_id, project_id, user_id }: ScheduleMember) => {
    const own = of.filter((one) => one.agent === agent);
    const inside = own.filter((one) => one.organisation_id === organisation_id);
    return (
      inside.findLast((one) => one.scope === 'user' && one.user_id === user_id) ??
      inside.findLast((one) => one.scope === 'project' && one.project_id === project_id) ??
      inside.findLast((one) => one.scope === 'organisation') ??
      own.findLast((one) => one.scope === 'server') ??
      null
    );
  };
  fc.assert(
    fc.property(worlds, (world) => {
      const rule = ruleOf(world.bindings);
      for (const agent of world.agents)
        for (const { id: project_id, organisation_id, members } of world.projects)
          for (const user_id of [null, ...members]) {
            const member = { agent: agent.key, organisation_id, project_id, user_id };
            const binding = narrowest(world.bindings, member);
            expect(rule(agent, member)).toEqual({
              value: binding?.schedule ?? agent.schedule,
              origin: binding,
            });
          }
    }),
    { numRuns: 300 },
  );
});

describe('the desired members', () => {
  const place = { id: 'p1', organisation_id: 'o1', time_zone: 'Europe/Berlin' };
  const daily: Schedule = { kind: 'cron', cron: '30 7 * * *' };
  const agent = { key: 'a1', organisation_id: null, audience: 'project_member', schedule: daily } as const;
  const usersOf = (members: string[], one: SchedulableAgent = agent) =>
    desiredMembers([one], [{ ...place, members }], DEFAULTS, ruleOf([])).map(({ user_id }) => user_id);

  test('one for each member of the project, or one for the project; a project without members has one, too', () => {
    expect(usersOf(['u1', 'u2'])).toEqual(['u1', 'u2']);
    expect(usersOf([])).toEqual([null]);
    expect(usersOf(['u1', 'u2'], { ...agent, audience: 'project' })).toEqual([null]);
  });

  test("an organisation's own agent runs in no other", () => {
    expect(usersOf(['u1'], { ...agent, organisation_id: 'o2' })).toEqual([]);
  });

  test("the project's zone and the settings fill in what a schedule leaves out", () => {
    const cadenceOf = (schedule: Schedule) =>
      desiredMembers([{ ...agent, schedule }], [{ ...place, members: [] }], DEFAULTS, ruleOf([])).map(
        ({ key }) => key,
      );
    expect(cadenceOf(daily)).toEqual(['cron 30 7 * * * Europe/Berlin']);
    expect(cadenceOf({ kind: 'interval' })).toEqual(['interval 900 s']);
    expect(cadenceOf({ kind: 'nightly' })).toEqual(['cron 0 2 * * * UTC']);
    expect(cadenceOf({ kind: 'manual' })).toEqual([]);
  });
});
