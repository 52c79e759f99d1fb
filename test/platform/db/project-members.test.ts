import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { seed } from '../../../src/commands/seed.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { useDatabase } from '../../support/own-database.js';

const own = useDatabase();

test('an upgrade makes everybody in an organisation a member of its projects, and nobody else', async () => {
  const db = await createDataSource(own.url, 1).initialize();
  const start = { project: 'Old', name: 'x', new_key: false };
  const acme = await seed(db, { ...start, organisation: 'Acme', email: 'owner@acme.test' });
  const second = { ...acme, user_id: randomUUID() };
  await db.query(`INSERT INTO users (id, email) VALUES ($1, 'second@acme.test')`, [second.user_id]);
  await db.query(
    `INSERT INTO memberships (organisation_id, user_id, name, role) VALUES ($1, $2, 'x', 'owner')`,
    [acme.organisation_id, second.user_id],
  );
  const globex = await seed(db, { ...start, organisation: 'Globex', email: 'owner@globex.test' });
  const exists = async () =>
    (await db.query(`SELECT to_regclass('project_members') IS NOT NULL AS there`))[0].there;
  while (await exists()) await db.undoLastMigration();
  await db.runMigrations();
  const rows: { project_id: string; user_id: string }[] = await db.query(
    `SELECT project_id, user_id FROM project_members`,
  );
  const pairs = rows.map(({ project_id, user_id }) => `${project_id}/${user_id}`);
  expect(pairs.sort()).toEqual(
    [acme, second, globex].map(({ project_id, user_id }) => `${project_id}/${user_id}`).sort(),
  );
  await db.destroy();
});
