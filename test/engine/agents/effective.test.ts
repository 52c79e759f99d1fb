import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Binding,
  type Defaults,
  effectiveOn,
  groupBindings,
  isOnPath,
  type Place,
  pathAmong,
} from '../../../src/engine/agents/effective.js';
import { IS_DISABLED, SETTINGS } from '../../../src/engine/agents/effective.sql.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { SCOPES } from '../../../src/platform/db/entities/binding.entity.js';
import type { Schedule } from '../../../workflows/contract/schedule.js';
import type { SettingsOverride } from '../../../workflows/contract/version.js';
import { sharedParts } from '../../support/private-parts.js';
import { TestStack } from '../../support/stack.js';

/** Few ids, so that bindings and places meet often. */
const [ORGANISATIONS, PROJECTS, USERS] = [2, 3, 3].map((count) =>
  Array.from({ length: count }, () => randomUUID()),
);
const organisation = fc.constantFrom(...(ORGANISATIONS ?? []));
const project = fc.constantFrom(...(PROJECTS ?? []));
const user = fc.constantFrom(...(USERS ?? []));
const schedule: fc.Arbitrary<Schedule> = fc.oneof(
  fc.constantFrom<Schedule>({ kind: 'manual' }, { kind: 'nightly' }),
  fc.integer({ min: 10, max: 99 }).map((every_seconds) => ({ kind: 'interval', every_seconds }) as const),
);
const settings = fc.record(
  {
    model: fc.constantFrom('fast', 'reasoning'),
    priority: fc.constantFrom(1 as const, 5 as const, 10 as const, 20 as const),
    timeout_seconds: fc.integer({ min: 1, max: 9 }),
    max_attempts: fc.integer({ min: 1, max: 9 }),
    auto_accept: fc.boolean(),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<SettingsOverride>;

const place = fc.record({
  organisation_id: organisation,
  project_id: fc.option(project),
  user_id: fc.option(user),
});
const binding: fc.Arbitrary<Binding> = fc
  .record({
    scope: fc.constantFrom(...SCOPES),
    organisation,
    project,
    user,
    enabled: fc.option(fc.boolean()),
    schedule: fc.option(schedule),
    settings,
  })
  .map(({ scope, organisation, project, user, ...says }) => ({
    ...says,
    id: randomUUID(),
    agent: 'one',
    scope,
    organisation_id: scope === 'server' ? null : organisation,
    project_id: scope === 'project' ? project : null,
    user_id: scope === 'user' ? user : null,
    changed_by: null,
    changed_at: new Date(0),
  }));
const placeKey = ({ scope, organisation_id, project_id, user_id }: Binding) =>
  JSON.stringify([scope, organisation_id, project_id, user_id]);
const bindings = fc.uniqueArray(binding, { maxLength: 12, selector: placeKey });
const DEFAULTS: Defaults = {
  schedule: { kind: 'cron', cron: '0 2 * * *' },
  settings: {
    model: "the version's",
    priority: 5,
    timeout_seconds: 600,
    max_attempts: 3,
    auto_accept: false,
  },
};
const at = (all: Binding[], here: Place) => effectiveOn(pathAmong(all, here), DEFAULTS);

test('an agent is disabled exactly where a disabled binding is on the path', () => {
  fc.assert(
    fc.property(bindings, place, (all, here) => {
      const answer = at(all, here);
      expect(answer.enabled).toBe(!all.some((one) => one.enabled === false && isOnPath(one, here)));
      if (!answer.enabled) expect(answer.decided_by).toMatchObject({ enabled: false });
      if (answer.decided_by) {
        expect(isOnPath(answer.decided_by, here)).toBe(true);
        expect(answer.decided_by.enabled).toBe(answer.enabled);
      }
    }),
  );
});

test('the order of the bindings does not matter, nor do bindings of elsewhere, nor whether they are grouped', () => {
  fc.assert(
    fc.property(bindings, place, (all, here) => {
      const near = all.filter((one) => isOnPath(one, here));
      const answer = at(all, here);
      expect(at([...all].reverse(), here)).toEqual(answer);
      expect(at(near, here)).toEqual(answer);
      const others = all.map((one) => ({ ...one, id: randomUUID(), agent: 'two', enabled: false }));
      const grouped = groupBindings([...others, ...all]);
      expect(effectiveOn(grouped.pathOf('one', here), DEFAULTS)).toEqual(answer);
    }),
  );
});

test('no narrower binding lifts what a wider one has disabled', () => {
  fc.assert(
    fc.property(bindings, place, binding, (all, here, more) => {
      if (at(all, here).enabled) return;
      expect(at([...all, { ...more, enabled: true }], here).enabled).toBe(false);
    }),
  );
});

test('the schedule and each setting come from the most specific binding that sets one, else from the version', () => {
  fc.assert(
    fc.property(bindings, place, (all, here) => {
      const answer = at(all, here);
      const narrowest = (sets: (one: Binding) => boolean) =>
        SCOPES.toReversed()
          .map((scope) => all.find((one) => one.scope === scope && isOnPath(one, here) && sets(one)))
          .find((one) => one !== undefined) ?? null;
      const scheduled = narrowest((one) => one.schedule !== null);
      expect(answer.schedule).toEqual({
        value: scheduled?.schedule ?? DEFAULTS.schedule,
        origin: scheduled,
      });
      for (const [key, chosen] of Object.entries(answer.settings)) {
        const name = key as keyof Defaults['settings'];
        const origin = narrowest((one) => one.settings[name] !== undefined);
        expect(chosen.origin).toEqual(origin);
        expect(chosen.value).toBe(origin ? origin.settings[name] : DEFAULTS.settings[name]);
      }
    }),
  );
});

test('ten thousand places are answered from the groups in a moment', () => {
  const many = Array.from(
    { length: 10_000 },
    (_, index): Binding => ({
      ...fc.sample(binding, 1)[0]!,
      id: randomUUID(),
      scope: 'user',
      organisation_id: ORGANISATIONS![0]!,
      project_id: null,
      user_id: `user ${index}`,
      enabled: index % 2 === 0,
    }),
  );
  const began = performance.now();
  const grouped = groupBindings(many);
  const enabled = many.filter(({ user_id }) => {
    const path = grouped.pathOf('one', { organisation_id: ORGANISATIONS![0]!, project_id: null, user_id });
    return effectiveOn(path, DEFAULTS).enabled;
  });
  expect(enabled).toHaveLength(5000);
  expect(performance.now() - began).toBeLessThan(2000);
});

const stack = new TestStack(sharedParts());
let db: ReturnType<typeof createDataSource>;
beforeAll(async () => {
  await stack.open();
  db = await createDataSource(stack.database, 1).initialize();
  await db.query('ALTER TABLE bindings DROP CONSTRAINT bindings_organisation_id_fkey');
  await db.query('ALTER TABLE bindings DROP CONSTRAINT bindings_project_id_fkey');
  await db.query('ALTER TABLE bindings DROP CONSTRAINT bindings_organisation_id_user_id_fkey');
});
afterAll(async () => {
  await db.destroy();
  await stack.close();
});

test('PostgreSQL answers as the function does', async () => {
  const here = {
    agent: '$1',
    organisation_id: '$2::uuid',
    project_id: '$3::uuid',
    user_id: '$4::uuid',
  };
  const asked = `SELECT ${IS_DISABLED(here)} AS disabled, ${SETTINGS(here)} AS settings`;
  await fc.assert(
    fc.asyncProperty(bindings, place, async (all, there) => {
      await db.query('DELETE FROM bindings');
      for (const one of all) {
        const { id, agent, scope, organisation_id, project_id, user_id, enabled, settings } = one;
        await db.query(
          `INSERT INTO bindings (id, agent, scope, organisation_id, project_id, user_id, enabled, settings)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [id, agent, scope, organisation_id, project_id, user_id, enabled, settings],
        );
      }
      const { organisation_id, project_id, user_id } = there;
      const [row] = await db.query(asked, ['one', organisation_id, project_id, user_id]);
      const answer = at(all, there);
      expect(row.disabled).toBe(!answer.enabled);
      const overridden = Object.entries(answer.settings).filter(([, { origin }]) => origin !== null);
      expect(row.settings).toEqual(Object.fromEntries(overridden.map(([key, { value }]) => [key, value])));
    }),
    { numRuns: 60 },
  );
});
