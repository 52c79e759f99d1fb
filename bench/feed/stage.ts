import { migrate } from '../../src/commands/migrate.js';
import { type Seeded, seed } from '../../src/commands/seed.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { childEnvironment } from '../../stack/child-environment.js';
import { freePorts } from '../../stack/free-ports.js';
import { nodeChild, responds } from '../../stack/node-child.js';
import { superviseProcess } from '../../stack/supervisor.js';
import { databaseUrl, withDatabase } from '../harness/database.js';
import { BenchClient } from '../harness/http.js';
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
  return new BenchClient(api, api_key);
}

const teams = { First: ['one', 'two', 'three', 'four'], Second: ['five', 'six', 'seven', 'eight'] };

/** Two organisations of four; the first has more runs, and a third of those are of its first person, who asks. */
async function makeOwners(url: string): Promise<{ owners: FeedOwner[]; api_key: string }> {
  const db = await createDataSource(url, 2, 'nightshift-bench').initialize();
  try {
    const people: Seeded[] = [];
    for (const [organisation, names] of Object.entries(teams)) {
      for (const name of names) {
        const email = `${name}@bench.invalid`;
        people.push(await seed(db, { organisation, project: 'Night work', email, name, new_key: true }));
      }
    }
    const owners = people.map(({ api_key: _, ...owner }) => owner);
    return { owners: [...owners, owners[0]!, owners[1]!], api_key: people[0]!.api_key! };
  } finally {
    await db.destroy();
  }
}
