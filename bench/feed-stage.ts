import { randomUUID } from 'node:crypto';
import { createDataSource } from '../src/db/data-source.js';
import { childEnvironment } from '../src/embedded/child-environment.js';
import { nodeChild, responds } from '../src/embedded/node-child.js';
import { superviseProcess } from '../src/embedded/supervisor.js';
import { migrate } from '../src/migrate.js';
import { seed } from '../src/seed.js';
import { databaseUrl, withDatabase } from './database.js';
import { makeRuns, type Owner } from './feed-data.js';
import { ApiClient } from './http.js';
import { freePorts } from './own-settings.js';
import type { BenchStack } from './stack.js';

/** A database of its own with so many stored runs, and an API that reads it. */
export async function startFeed(bench: BenchStack, name: string, runs: number): Promise<ApiClient> {
  const { home, source, entries, log, signal, step, stack, postgres, temporal } = bench;
  const database = name.replace('-', '_');
  await withDatabase(postgres.url, (db) => db.query(`CREATE DATABASE ${database}`));
  const url = databaseUrl(postgres.url, database);
  await migrate(url);
  const { owners, api_key } = await makeOwners(url);
  let told = performance.now();
  const progress = (done: number) => {
    if (performance.now() - told < 5000) return;
    told = performance.now();
    log(`${name}: ${done.toLocaleString('en')} of ${runs.toLocaleString('en')} runs`);
  };
  const fill = () => withDatabase(url, (db) => makeRuns(db, owners, runs, progress, signal));
  await step(`${name} runs`, fill, () => `${runs.toLocaleString('en')} stored`);
  const [port] = await freePorts(1);
  const settings = {
    NIGHTSHIFT_HOME: home,
    NIGHTSHIFT_PORT: String(port),
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: temporal.address,
  };
  const api = `http://127.0.0.1:${port}`;
  const ready = () => responds(`${api}/api/health/live`, (status) => status === 200);
  const plan = nodeChild(name, entries.api, childEnvironment(settings, source), ready);
  await step(name, async () => stack.hold(name, await superviseProcess(plan, { home, log, signal })));
  return new ApiClient(api, api_key);
}

/** Two organisations with four people each; of the first, one asks, who owns a third of its runs. */
async function makeOwners(url: string): Promise<{ owners: Owner[]; api_key: string }> {
  const db = await createDataSource(url, 2, 'nightshift-bench').initialize();
  try {
    const teams: Owner[][] = [];
    let api_key = '';
    for (const organisation of ['First', 'Second']) {
      const people = ['one', 'two', 'three', 'four'].map((name) => ({
        name,
        email: `${name}@${organisation}.invalid`,
      }));
      const project = 'Night work';
      const seeded = await seed(db, { organisation, project, new_key: false, ...people[0]! });
      api_key ||= seeded.api_key ?? '';
      const { organisation_id, project_id, user_id } = seeded;
      const team = [{ organisation_id, project_id, user_id }];
      for (const { name, email } of people.slice(1)) {
        const id = randomUUID();
        await db.query(`INSERT INTO users (id, email) VALUES ($1, $2)`, [id, email]);
        await db.query(
          `INSERT INTO memberships (organisation_id, user_id, name, role) VALUES ($1, $2, $3, 'member')`,
          [organisation_id, id, name],
        );
        team.push({ organisation_id, project_id, user_id: id });
      }
      teams.push(team);
    }
    const [first = [], second = []] = teams;
    return { owners: [first[0]!, ...first, first[1]!, ...second], api_key };
  } finally {
    await db.destroy();
  }
}
