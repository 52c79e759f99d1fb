import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import selfCheck from '../../../agents/self-check/agent.js';
import { migrate } from '../../../src/commands/migrate.js';
import { publishBuiltIns } from '../../../src/engine/agents/publish-built-ins.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { dropDatabase, withDatabase } from '../../support/database.js';
import { freePorts } from '../../support/free-ports.js';
import { sharedParts } from '../../support/private-parts.js';
import { Program } from '../../support/program.js';
import { LONG, TestStack } from '../../support/stack.js';

const stack = new TestStack(sharedParts());
let db: ReturnType<typeof createDataSource>;
beforeAll(async () => {
  await stack.open();
  db = await createDataSource(stack.database, 6).initialize();
});
afterAll(async () => {
  await db.destroy();
  await stack.close();
});
beforeEach(() => db.query('DELETE FROM agents; DELETE FROM change_log'));

const versions = () =>
  db.query(
    `SELECT a.key, v.number, v.status, v.origin, v.version FROM agents a JOIN agent_versions v ON v.agent_id = a.id
      ORDER BY a.key, v.number`,
  );
const changed = { ...selfCheck, instructions: 'Say it in other words.' };
const FIRST = { key: 'self_check', number: 1, status: 'published', origin: 'code', version: 1 };

test('several replicas at once make one version each, and write nothing once it is there', async () => {
  const made = await Promise.all([1, 2, 3].map(() => publishBuiltIns(db, [selfCheck])));
  expect(made.flat()).toEqual(['self_check']);
  expect(await versions()).toEqual([FIRST]);
  const rows = () => db.query(`SELECT a.xmin, v.xmin AS version FROM agents a JOIN agent_versions v ON true`);
  const before = await rows();
  expect(await publishBuiltIns(db, [selfCheck])).toEqual([]);
  expect(await rows()).toEqual(before);
});

test('an older build that starts again publishes nothing while a newer one runs; after a rollback it does', async () => {
  await publishBuiltIns(db, [selfCheck], 'older');
  expect(await publishBuiltIns(db, [changed], 'newer')).toEqual(['self_check']);
  expect(await publishBuiltIns(db, [selfCheck], 'older')).toEqual([]);
  expect(await publishBuiltIns(db, [changed], 'newer')).toEqual([]);
  expect(await versions()).toHaveLength(2);
  await db.query(`UPDATE builds SET seen_at = now() - interval '1 minute' WHERE id = 'newer'`);
  expect(await publishBuiltIns(db, [selfCheck], 'older')).toEqual(['self_check']);
  await db.query('DELETE FROM builds');
});

test(
  'API and workers may start first, and together',
  async () => {
    const started = await Promise.all([stack.startWorker(), stack.startApi(), stack.startWorker()]);
    expect(await versions()).toContainEqual(FIRST);
    expect(await db.query(`SELECT key FROM agents GROUP BY key HAVING count(*) > 1`)).toEqual([]);
    expect(await db.query(`SELECT 1 FROM agent_versions WHERE number > 1`)).toEqual([]);
    for (const one of started) await ('program' in one ? one.program : one).end();
  },
  LONG.timeout,
);

test('a process that starts before the schema is there waits for it', async () => {
  const empty = `${stack.name}_empty`;
  await withDatabase(stack.parts.postgres, 'postgres', (admin) => admin.query(`CREATE DATABASE ${empty}`));
  const DATABASE_URL = stack.database.replace(stack.name, empty);
  const [port] = await freePorts(1);
  const env = { ...stack.environment, DATABASE_URL, NIGHTSHIFT_PORT: String(port) };
  const programs = (['api', 'worker'] as const).map((name) => Program.start(name, env));
  for (const program of programs)
    await vi.waitFor(
      () => expect(program.log).toMatch(/the settings could not be read|the agents cannot be refreshed yet/),
      LONG,
    );
  await migrate(DATABASE_URL);
  await vi.waitFor(async () => {
    expect((await fetch(`http://127.0.0.1:${port}/api/health/live`)).status).toBe(200);
  }, LONG);
  for (const program of programs) {
    expect(program.running, program.log).toBe(true);
    await program.end();
  }
  await dropDatabase(stack.parts.postgres, empty);
}, 120_000);

test('what changed in code is published as a new version, and logged; words alone make none', async () => {
  await publishBuiltIns(db, [selfCheck]);
  await publishBuiltIns(db, [{ ...selfCheck, title: 'Another title' }]);
  expect(await versions()).toEqual([FIRST]);
  expect(await db.query('SELECT title FROM agents')).toEqual([{ title: 'Another title' }]);
  expect(await Promise.all([1, 2, 3].map(() => publishBuiltIns(db, [changed])))).toContainEqual([
    'self_check',
  ]);
  expect(await versions()).toEqual([
    { ...FIRST, status: 'archived', version: 2 },
    { ...FIRST, number: 2 },
  ]);
  const log = await db.query(
    `SELECT subject, changed_by, organisation_id, after FROM change_log ORDER BY id`,
  );
  expect(log).toMatchObject([
    { subject: 'agent_version', changed_by: null, organisation_id: null, after: { number: 1 } },
    { subject: 'agent_version', after: { number: 2, status: 'published', origin: 'code' } },
  ]);
});

test('a version that a person published stays; the new one of the code waits as a draft', async () => {
  await publishBuiltIns(db, [selfCheck]);
  await db.query(`UPDATE agent_versions SET status = 'archived'`);
  await db.query(
    `INSERT INTO agent_versions (id, agent_id, number, status, origin, definition)
     SELECT gen_random_uuid(), agent_id, 2, 'published', 'person', definition FROM agent_versions`,
  );
  expect(await publishBuiltIns(db, [selfCheck])).toEqual([]);
  await publishBuiltIns(db, [changed]);
  expect(await publishBuiltIns(db, [changed])).toEqual([]);
  expect(await versions()).toMatchObject([
    { number: 1, status: 'archived' },
    { number: 2, status: 'published', origin: 'person' },
    { number: 3, status: 'draft', origin: 'code' },
  ]);
});

test('an agent that nobody published any more gets the new version of the code', async () => {
  await publishBuiltIns(db, [selfCheck]);
  await db.query(`UPDATE agent_versions SET status = 'archived'`);
  expect(await publishBuiltIns(db, [selfCheck])).toEqual([]);
  await publishBuiltIns(db, [changed]);
  expect(await versions()).toMatchObject([{ status: 'archived' }, { number: 2, status: 'published' }]);
});
