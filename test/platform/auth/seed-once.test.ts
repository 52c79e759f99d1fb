import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { seedOnce } from '../../../src/commands/seed.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { cloneDatabase, dropDatabase } from '../../support/database.js';

const name = `t_${randomUUID().replaceAll('-', '')}`;
const wanted = {
  organisation: 'Demo',
  project: 'Demo project',
  email: 'owner@demo.invalid',
  name: 'Demo owner',
  new_key: false,
};
let db: DataSource;
beforeAll(async () => {
  db = await createDataSource(await cloneDatabase(inject('postgres'), name), 2).initialize();
});
afterAll(async () => {
  await db.destroy();
  await dropDatabase(inject('postgres'), name);
});

/** The server of `npm start`, over the years. */
test('a later start founds nothing, whatever was renamed or who has left', async () => {
  const first = await seedOnce(db, wanted, null);
  expect(first?.api_key).toBeDefined();
  const { api_key: _, ...ids } = first!;
  const count = async () => (await db.query('SELECT count(*)::int AS count FROM organisations'))[0].count;

  await db.query(`UPDATE organisations SET name = 'Acme'`);
  await db.query(`UPDATE projects SET name = 'Rockets'`);
  expect(await seedOnce(db, wanted, ids)).toEqual(ids);
  expect(await seedOnce(db, { ...wanted, new_key: true }, ids)).toMatchObject({
    ...ids,
    api_key: expect.stringMatching(/^nsk_/),
  });
  // Its file is lost, and nobody knows that Acme was Demo.
  expect(await seedOnce(db, wanted, null)).toBeNull();
  await db.query(`UPDATE organisations SET name = 'Demo'`);
  expect(await seedOnce(db, wanted, null)).toMatchObject({ organisation_id: ids.organisation_id });
  expect(await count()).toBe(1);

  await db.query(`DELETE FROM project_members`);
  await db.query(`DELETE FROM memberships WHERE user_id = $1`, [ids.user_id]);
  expect(await seedOnce(db, wanted, ids)).toBeNull();
  expect(await seedOnce(db, wanted, null)).toBeNull();
  expect(await count()).toBe(1);
});

test('a project that is not there makes room for the oldest one', async () => {
  const [owner] = await db.query('SELECT id FROM organisations');
  const user_id = randomUUID();
  await db.query(`INSERT INTO users (id, email) VALUES ($1, 'ada@acme.test')`, [user_id]);
  await db.query(
    `INSERT INTO memberships (organisation_id, user_id, name, role) VALUES ($1, $2, 'Ada', 'owner')`,
    [owner.id, user_id],
  );
  const project_id = randomUUID();
  const found = await seedOnce(db, wanted, { organisation_id: owner.id, user_id, project_id });
  const [project] = await db.query('SELECT id FROM projects ORDER BY id LIMIT 1');
  expect(found).toEqual({ organisation_id: owner.id, user_id, project_id: project.id });
});
