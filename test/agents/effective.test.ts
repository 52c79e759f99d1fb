import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Binding, effective, IS_DISABLED, isOnPath, SCOPES } from '../../src/agents/effective.js';
import { createDataSource } from '../../src/db/data-source.js';
import { sharedParts } from '../support/private-parts.js';
import { TestStack } from '../support/stack.js';

/** Few ids, so that bindings and places meet often. */
const [ORGANISATIONS, PROJECTS, USERS] = [2, 3, 3].map((count) =>
  Array.from({ length: count }, () => randomUUID()),
);
const organisation = fc.constantFrom(...(ORGANISATIONS ?? []));
const project = fc.constantFrom(...(PROJECTS ?? []));
const user = fc.constantFrom(...(USERS ?? []));

const place = fc.record({
  organisation_id: organisation,
  project_id: fc.option(project),
  user_id: fc.option(user),
});
const binding: fc.Arbitrary<Binding> = fc
  .record({ scope: fc.constantFrom(...SCOPES), organisation, project, user, enabled: fc.boolean() })
  .map(({ scope, enabled, ...ids }) => ({
    id: randomUUID(),
    scope,
    enabled,
    organisation_id: scope === 'server' ? null : ids.organisation,
    project_id: scope === 'project' ? ids.project : null,
    user_id: scope === 'user' ? ids.user : null,
    changed_by: null,
    changed_at: new Date(0),
  }));
const bindings = fc.array(binding, { maxLength: 12 });

test('an agent is disabled exactly where a disabled binding is on the path', () => {
  fc.assert(
    fc.property(bindings, place, (all, here) => {
      const answer = effective(all, here);
      expect(answer.enabled).toBe(!all.some((one) => !one.enabled && isOnPath(one, here)));
      if (!answer.enabled) expect(answer.decided_by).toMatchObject({ enabled: false });
      if (answer.decided_by) expect(isOnPath(answer.decided_by, here)).toBe(true);
    }),
  );
});

test('the order of the bindings does not matter to the answer, nor do bindings of elsewhere', () => {
  fc.assert(
    fc.property(bindings, place, (all, here) => {
      const near = all.filter((one) => isOnPath(one, here));
      expect(effective([...all].reverse(), here).enabled).toBe(effective(near, here).enabled);
    }),
  );
});

test('no narrower binding lifts what a wider one has disabled', () => {
  fc.assert(
    fc.property(bindings, place, binding, (all, here, more) => {
      if (effective(all, here).enabled) return;
      expect(effective([...all, { ...more, enabled: true }], here).enabled).toBe(false);
    }),
  );
});

const stack = new TestStack(sharedParts());
let db: ReturnType<typeof createDataSource>;
beforeAll(async () => {
  await stack.open();
  db = await createDataSource(stack.database, 1).initialize();
  await db.query('ALTER TABLE bindings DROP CONSTRAINT bindings_organisation_id_fkey');
  await db.query('ALTER TABLE bindings DROP CONSTRAINT bindings_project_id_fkey');
  await db.query('ALTER TABLE bindings DROP CONSTRAINT bindings_organisation_id_user_id_fkey');
  await db.query('DROP INDEX bindings_place');
});
afterAll(async () => {
  await db.destroy();
  await stack.close();
});

test('PostgreSQL answers as the function does', async () => {
  const asked = IS_DISABLED({
    agent: '$1',
    organisation_id: '$2::uuid',
    project_id: '$3::uuid',
    user_id: '$4::uuid',
  });
  await fc.assert(
    fc.asyncProperty(bindings, place, async (all, here) => {
      await db.query('DELETE FROM bindings');
      for (const { id, scope, organisation_id, project_id, user_id, enabled } of all) {
        await db.query(
          `INSERT INTO bindings (id, agent, scope, organisation_id, project_id, user_id, enabled)
           VALUES ($1, 'one', $2, $3, $4, $5, $6)`,
          [id, scope, organisation_id, project_id, user_id, enabled],
        );
      }
      const [row] = await db.query(`SELECT ${asked} AS disabled`, ['one', ...Object.values(here)]);
      expect(row.disabled).toBe(!effective(all, here).enabled);
    }),
    { numRuns: 60 },
  );
});
