import type { DataSource } from 'typeorm';
import { migrate } from '../../src/commands/migrate.js';
import { seed } from '../../src/commands/seed.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { childEnvironment } from '../../stack/child-environment.js';
import { freePorts } from '../../stack/free-ports.js';
import { nodeChild, responds } from '../../stack/node-child.js';
import { superviseProcess } from '../../stack/supervisor.js';
import { databaseUrl, withDatabase } from '../harness/database.js';
import { BenchClient } from '../harness/http.js';
import { keysOf } from '../harness/keys.js';
import type { BenchStack } from '../harness/stack.js';
import { type FeedOwner, makeRuns } from './data.js';

/** A database of its own with so many stored runs, and an API that reads it. */
export async function startFeed(bench: BenchStack, name: string, runs: number): Promise<BenchClient> {
  const { home, source, entries, log, signal, step, stack, postgres, temporal } = bench;
  const database = name.replace('-', '_');
  await withDatabase(postgres.url, (db) => db.query(`CREATE DATABASE ${database}`));
  const url = databaseUrl(postgres.url, database);
  await migrate(url);
  const { owners, api_key } = await makeOwners(url);
  let reportedAt = performance.now();
  const progress = (done: number) => {
    if (performance.now() - reportedAt < 5000) return;
    reportedAt = performance.now();
    log(`${name}: ${done.toLocaleString('en')} of ${runs.toLocaleString('en')} runs`);
  };
  const fill = () => withDatabase(url, (db) => makeRuns(db, owners, runs, progress, signal));
  await step(`${name} runs`, fill, () => `${runs.toLocaleString('en')} stored`);
  const [port] = await freePorts(1);
  const settings = {
    NIGHTSHIFT_HOME: home,
    NIGHTSHIFT_PORT: String(port),
    DATABASE_URL: url,
    ...keysOf(bench),
    TEMPORAL_ADDRESS: temporal.address,
  };
  const api = `http://127.0.0.1:${port}`;
  const ready = () => responds(`${api}/api/health/live`, (status) => status === 200);
  const plan = nodeChild(name, entries.api, childEnvironment(settings, source), ready);
  await step(name, async () => stack.hold(name, await superviseProcess(plan, { home, log, signal })));
  return new BenchClient(api, api_key);
}

const teams = { First: ['one', 'two', 'three', 'four'], Second: ['five', 'six', 'seven', 'eight'] };

/**
 * Makes two organisations with two owners each; the first has more runs, and a third of them belong to its first
 * person, who asks.
 */
async function makeOwners(url: string): Promise<{ owners: FeedOwner[]; api_key: string }> {
  const db = await createDataSource(url, 2, 'nightshift-bench').initialize();
  try {
    const owners: FeedOwner[] = [];
    const keys: string[] = [];
    for (const [organisation, [first = '', ...others]] of Object.entries(teams)) {
      const founder = { organisation, project: 'Night work', email: emailOf(first), name: first };
      const { api_key = '', ...owner } = await seed(db, { ...founder, new_key: true });
      keys.push(api_key);
      owners.push(owner);
      for (const name of others) owners.push({ ...owner, user_id: await addMember(db, owner, name) });
    }
    return { owners: [...owners, owners[0]!, owners[1]!], api_key: keys[0]! };
  } finally {
    await db.destroy();
  }
}

const emailOf = (name: string) => `${name}@bench.invalid`;

const ADD_MEMBER = `
  WITH person AS (INSERT INTO users (id, email) VALUES (gen_random_uuid(), $3) RETURNING id),
       member AS (INSERT INTO memberships (organisation_id, user_id, name, role)
                  SELECT $1, id, $4, 'member' FROM person RETURNING user_id)
  INSERT INTO project_members (project_id, organisation_id, user_id)
  SELECT $2, $1, user_id FROM member RETURNING user_id`;

async function addMember(db: DataSource, place: FeedOwner, name: string): Promise<string> {
  const { organisation_id, project_id } = place;
  const rows = await db.query(ADD_MEMBER, [organisation_id, project_id, emailOf(name), name]);
  return rows[0].user_id;
}
