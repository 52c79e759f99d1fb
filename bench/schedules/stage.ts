import type pg from 'pg';
import type { DataSource } from 'typeorm';
import selfCheck from '../../agents/self-check/agent.js';
import { migrate } from '../../src/commands/migrate.js';
import { publishBuiltIns } from '../../src/engine/agents/publish-built-ins.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { type Lease, withLease } from '../../src/platform/locks/lease.store.js';
import { databaseUrl, withDatabase } from '../harness/database.js';
import type { BenchStack } from '../harness/stack.js';

export const settings = {
  OPERATING_BACKGROUND_ENABLED: true,
  OPERATING_BACKGROUND_INTERVAL_SECONDS: 900,
  TICKET_CONFLICT_SCAN_HOUR_UTC: 2,
  SCHEDULE_SPREAD_SECONDS: 0,
  SCHEDULE_CATCH_UP_SECONDS: 3600,
};
export const TASK_QUEUE = 'schedules-bench';

const AGENT = 'self_check';

/** The distribution of schedules: the first cadences have so many members, and the others share the rest. */
export interface Spread {
  members: number;
  cadences: number;
  ladder: readonly number[];
}

/** A database of its own, where nobody else reconciles or fires. */
export async function makeDatabase({ postgres }: BenchStack, spread: Spread): Promise<string> {
  await withDatabase(postgres.url, (db) => db.query('CREATE DATABASE schedules'));
  const url = databaseUrl(postgres.url, 'schedules');
  await migrate(url);
  const db = await createDataSource(url, 1, 'nightshift-bench').initialize();
  await publishBuiltIns(db, [selfCheck]).finally(() => db.destroy());
  await withDatabase(url, (client) => makeProjects(client, spread));
  return url;
}

/** Makes one zone for each cadence: a binding that names no zone then makes as many cadences as there are zones. */
async function makeProjects(db: pg.Client, { members, cadences, ladder }: Spread): Promise<void> {
  const zones = Intl.supportedValuesOf('timeZone').slice(0, cadences);
  const shared = zones.length - ladder.length;
  const rest = members - ladder.reduce((sum, size) => sum + size, 0);
  const sizes = zones.map(
    (_, index) => ladder[index] ?? Math.floor(rest / shared) + Number(index - ladder.length < rest % shared),
  );
  await db.query(
    `WITH zone AS (
       SELECT gen_random_uuid() AS organisation_id, name, size
         FROM jsonb_to_recordset($1::jsonb) AS z(name text, size integer)
     ), organisation AS (
       INSERT INTO organisations (id, name, slug) SELECT organisation_id, name, name FROM zone RETURNING id
     )
     INSERT INTO projects (id, organisation_id, name, time_zone)
     SELECT gen_random_uuid(), o.id, 'Project ' || i, zone.name
       FROM zone JOIN organisation o ON o.id = zone.organisation_id, generate_series(1, zone.size) AS i`,
    [JSON.stringify(zones.map((name, index) => ({ name, size: sizes[index] })))],
  );
  await db.query('VACUUM ANALYZE');
}

/** Binds everybody, or the members of one zone. */
export async function bind(url: string, schedule: object, zone: string | null = null): Promise<void> {
  await withDatabase(url, (db) =>
    db.query(
      `INSERT INTO bindings (id, agent, scope, organisation_id, schedule)
       SELECT gen_random_uuid(), $1, CASE WHEN $3::text IS NULL THEN 'server' ELSE 'organisation' END,
              (SELECT id FROM organisations WHERE name = $3), $2::jsonb
       ON CONFLICT (agent, scope, organisation_id, project_id, user_id) DO UPDATE SET schedule = excluded.schedule`,
      [AGENT, JSON.stringify(schedule), zone],
    ),
  );
}

/** Does the work as the caretaker does what keeps the schedules. */
export async function alone<T>(db: DataSource, work: (lease: Lease) => Promise<T>): Promise<T> {
  const done = await withLease(db, 'chore/schedules', work);
  if (!done) throw new Error('somebody else keeps the schedules');
  return done.result;
}
