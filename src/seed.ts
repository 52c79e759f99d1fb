import { parseArgs } from 'node:util';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { makeKey } from './auth/api-key.js';
import { BadSettings, readEnvironment } from './config/environment.js';
import { createDataSource } from './db/data-source.js';
import { lock } from './db/locks.js';

export interface Seed {
  organisation: string;
  project: string;
  email: string;
  name: string;
  new_key: boolean;
}

export interface Seeded {
  organisation_id: string;
  project_id: string;
  user_id: string;
  /** Only when it was made now: it cannot be read again. */
  api_key?: string;
}

/** Makes an organisation with an owner, the owner’s project and key, unless they are there. The first owner administers the server. */
export async function seed(db: DataSource, wanted: Seed): Promise<Seeded> {
  return db.transaction(async (tx) => {
    await lock(tx, 'seed');
    const slug = wanted.organisation.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    const one = async (sql: string, values: unknown[]): Promise<string> =>
      (await tx.query(sql, values))[0].id;
    const organisation_id = await one(
      `INSERT INTO organisations (id, name, slug) VALUES ($1, $2, $3)
       ON CONFLICT (slug) DO UPDATE SET slug = excluded.slug RETURNING id`,
      [uuidv7(), wanted.organisation, slug],
    );
    const user_id = await one(
      `INSERT INTO users (id, email) VALUES ($1, $2)
       ON CONFLICT (lower(email)) DO UPDATE SET email = users.email RETURNING id`,
      [uuidv7(), wanted.email],
    );
    await tx.query(
      `INSERT INTO memberships (organisation_id, user_id, name, role) VALUES ($1, $2, $3, 'owner') ON CONFLICT DO NOTHING`,
      [organisation_id, user_id, wanted.name],
    );
    await tx.query(
      `UPDATE memberships SET server_admin = true WHERE organisation_id = $1 AND user_id = $2
          AND NOT EXISTS (SELECT FROM memberships WHERE server_admin)`,
      [organisation_id, user_id],
    );
    const [{ id: project_id, made }] = await tx.query(
      `INSERT INTO projects (id, organisation_id, name) VALUES ($1, $2, $3)
       ON CONFLICT (organisation_id, name) DO UPDATE SET name = excluded.name RETURNING id, xmax = 0 AS made`,
      [uuidv7(), organisation_id, wanted.project],
    );
    if (made)
      await tx.query(
        `INSERT INTO project_members (project_id, organisation_id, user_id) VALUES ($1, $2, $3)`,
        [project_id, organisation_id, user_id],
      );
    const [{ keys }] = await tx.query(
      `SELECT count(*)::int AS keys FROM api_keys WHERE organisation_id = $1 AND user_id = $2 AND revoked_at IS NULL`,
      [organisation_id, user_id],
    );
    if (keys > 0 && !wanted.new_key) return { organisation_id, project_id, user_id };
    const { key, prefix, hash } = makeKey();
    await tx.query(
      `INSERT INTO api_keys (id, organisation_id, user_id, name, prefix, hash, scopes) VALUES ($1, $2, $3, $4, $5, $6, '{*}')`,
      [uuidv7(), organisation_id, user_id, 'first key', prefix, hash],
    );
    return { organisation_id, project_id, user_id, api_key: key };
  });
}

if (import.meta.filename === process.argv[1]) {
  const { values } = parseArgs({
    options: {
      organisation: { type: 'string', default: 'Demo' },
      project: { type: 'string', default: 'Demo project' },
      email: { type: 'string', default: 'owner@demo.invalid' },
      name: { type: 'string', default: 'Demo owner' },
      'new-key': { type: 'boolean', default: false },
    },
  });
  const { DATABASE_URL } = readEnvironment();
  if (!DATABASE_URL) throw new BadSettings('DATABASE_URL: is needed');
  const db = await createDataSource(DATABASE_URL, 2, 'nightshift-seed').initialize();
  const { 'new-key': new_key, ...wanted } = values;
  console.log(JSON.stringify(await seed(db, { ...wanted, new_key })));
  await db.destroy();
}
