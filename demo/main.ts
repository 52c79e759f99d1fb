import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DataSource } from 'typeorm';
import { ApiClient } from '../src/commands/console/api-client.js';
import { ProgressLine } from '../src/commands/console/progress.js';
import { BadCall, reason, Stopped } from '../src/commands/console/stopped.js';
import { createDataSource } from '../src/platform/db/data-source.js';
import { DEMO_USAGE, type DemoArguments, readDemoArguments } from './arguments.js';
import { type DemoOwner, freeName, makeDemo } from './make-demo.js';
import { type DemoData, readDemoData } from './read-data.js';
import { untilEmbedded } from './reindex.js';
import { summaryOf } from './summary.js';
import { readTruth, type Truth } from './truth.js';

/** Fills a project with a half-year, says what was planted in it, and has it embedded: 1 where the last is not done. */
async function main(): Promise<number> {
  const wanted = readDemoArguments(process.argv.slice(2));
  const api = new ApiClient(wanted.url, wanted.key);
  const owner = await ownerOf(api);
  const progress = new ProgressLine();
  const truth = await fillDatabase(wanted, owner, progress);
  const path = wanted.truth ?? join(wanted.home, 'demo', `${slugOf(truth.project.name)}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(truth, null, 2)}\n`);
  const problem = await untilEmbedded(api, truth.project.id, progress).then(() => null, reason);
  progress.end();
  process.stdout.write(summaryOf(truth, path, wanted));
  if (problem === null) return 0;
  console.error(`Search goes by words only: ${problem}. npm run demo again has it embedded.`);
  return 1;
}

/** The person of the key, who has to be one that may make projects. */
async function ownerOf(api: ApiClient): Promise<DemoOwner> {
  const { organisation, user, permissions } = await api.get<{
    organisation: { id: string };
    user: { id: string };
    permissions: string[];
  }>('/api/me');
  if (!permissions.includes('projects:write')) throw new Stopped('The key does not grant projects:write.');
  return { organisation_id: organisation.id, user_id: user.id };
}

async function fillDatabase(wanted: DemoArguments, owner: DemoOwner, progress: ProgressLine): Promise<Truth> {
  const data = readDemoData();
  const db = createDataSource(wanted.database, 2, 'nightshift-demo');
  await db.initialize().catch((error: unknown) => {
    throw new Stopped(`The database cannot be reached: ${reason(error)}`, { cause: error });
  });
  try {
    await mustBeTheOneOf(db, wanted, owner);
    return await fillProject(db, wanted, owner, data, progress);
  } finally {
    await db.destroy();
  }
}

/** A key of one installation must not fill the database of another. */
async function mustBeTheOneOf(
  db: DataSource,
  { url }: DemoArguments,
  { organisation_id, user_id }: DemoOwner,
) {
  const known: unknown[] = await db
    .query(`SELECT 1 FROM memberships WHERE organisation_id = $1 AND user_id = $2`, [
      organisation_id,
      user_id,
    ])
    .catch(() => []);
  if (known.length === 0)
    throw new Stopped(`The database is not the one of ${url}. Set DATABASE_URL to the one that it uses.`);
}

async function fillProject(
  db: DataSource,
  wanted: DemoArguments,
  owner: DemoOwner,
  data: DemoData,
  progress: ProgressLine,
): Promise<Truth> {
  const name = wanted.again ? await freeName(db, owner, wanted.name) : wanted.name;
  const { project_id, made } = await makeDemo(db, owner, name, data, (...told) => progress.told(...told));
  const truth = await readTruth(db, { organisation_id: owner.organisation_id, project_id }, data);
  if (!truth)
    throw new Stopped(
      `There is a project “${name}” that is not the demo, or not any more. Try --again, or --name.`,
    );
  if (!made) progress.note(`“${name}” is there already and stays as it is; --again makes another one.`);
  return truth;
}

const slugOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || 'demo';

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (error instanceof BadCall) console.error(DEMO_USAGE);
    console.error(reason(error));
    process.exitCode = error instanceof BadCall ? 2 : 1;
  },
);
