import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { seedOnce } from '../../../src/commands/seed.js';
import { useDataSource } from '../../support/own-database.js';

const own = useDataSource(2);
const wanted = {
  organisation: 'Demo',
  project: 'Demo project',
  email: 'owner@demo.invalid',
  name: 'Demo owner',
  new_key: false,
};

/** The server of `npm start`, over the years. */
test('a later start founds nothing, whatever was renamed or who has left', async () => {
  const first = await seedOnce(own.db, wanted, null);
  expect(first?.api_key).toBeDefined();
  const { api_key: _, ...ids } = first!;
  const count = async () => (await own.db.query('SELECT count(*)::int AS count FROM organisations'))[0].count;

  await own.db.query(`UPDATE organisations SET name = 'Acme'`);
  await own.db.query(`UPDATE projects SET name = 'Rockets'`);
  expect(await seedOnce(own.db, wanted, ids)).toEqual(ids);
  expect(await seedOnce(own.db, { ...wanted, new_key: true }, ids)).toMatchObject({
    ...ids,
    api_key: expect.stringMatching(/^nsk_/),
  });
  // The file of the seed is lost, and nobody knows that Acme was Demo.
  expect(await seedOnce(own.db, wanted, null)).toBeNull();
  await own.db.query(`UPDATE organisations SET name = 'Demo'`);
  expect(await seedOnce(own.db, wanted, null)).toMatchObject({ organisation_id: ids.organisation_id });
  expect(await count()).toBe(1);

  await own.db.query(`DELETE FROM project_members`);
  await own.db.query(`DELETE FROM memberships WHERE user_id = $1`, [ids.user_id]);
  expect(await seedOnce(own.db, wanted, ids)).toBeNull();
  expect(await seedOnce(own.db, wanted, null)).toBeNull();
  expect(await count()).toBe(1);
});

test('a project that is not there makes room for the oldest one', async () => {
  const [owner] = await own.db.query('SELECT id FROM organisations');
  const user_id = randomUUID();
  await own.db.query(`INSERT INTO users (id, email) VALUES ($1, 'ada@acme.test')`, [user_id]);
  await own.db.query(
    `INSERT INTO memberships (organisation_id, user_id, name, role) VALUES ($1, $2, 'Ada', 'owner')`,
    [owner.id, user_id],
  );
  const project_id = randomUUID();
  const found = await seedOnce(own.db, wanted, { organisation_id: owner.id, user_id, project_id });
  const [project] = await own.db.query('SELECT id FROM projects ORDER BY id LIMIT 1');
  expect(found).toEqual({ organisation_id: owner.id, user_id, project_id: project.id });
});
