import { expect, test } from 'vitest';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { useDatabase } from '../../support/own-database.js';

const own = useDatabase();

test('an upgrade gives organisations of the same name names of their own, and the oldest keeps it', async () => {
  const db = await createDataSource(own.url, 1).initialize();
  const indexed = async () =>
    (await db.query(`SELECT to_regclass('organisations_name') IS NOT NULL AS there`))[0].there;
  while (await indexed()) await db.undoLastMigration();
  const names = ['Acme', 'ACME', 'acme', 'Globex'];
  const ids = names.map((_, number) => `00000000-0000-7000-8000-00000000000${number}`);
  for (const [number, id] of ids.entries())
    await db.query(`INSERT INTO organisations (id, slug, name) VALUES ($1, $2, $3)`, [
      id,
      `slug-${number}`,
      names[number],
    ]);
  await db.runMigrations();
  const rows: { name: string }[] = await db.query('SELECT name FROM organisations ORDER BY id');
  expect(rows.map((row) => row.name)).toEqual(['Acme', 'ACME (00000001)', 'acme (00000002)', 'Globex']);
  await db.destroy();
});
