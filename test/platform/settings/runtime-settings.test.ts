import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { readEnvironment } from '../../../src/platform/config/environment.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { currentProvider } from '../../../src/platform/settings/provider.js';
import { RuntimeSettings } from '../../../src/platform/settings/runtime-settings.js';
import { PrivatePostgres, sharedParts } from '../../support/private-parts.js';
import { LONG, TestStack } from '../../support/stack.js';

const postgres = new PrivatePostgres();
const logger = pino({ level: 'silent' });
let stack: TestStack;
let db: ReturnType<typeof createDataSource>;
const opened: RuntimeSettings[] = [];

beforeAll(async () => {
  await postgres.start();
  await postgres.prepare();
  stack = new TestStack({ ...sharedParts(), postgres: postgres.url });
  await stack.open();
  db = await createDataSource(stack.database, 3).initialize();
});
afterEach(async () => {
  for (const settings of opened.splice(0)) await settings.close();
  await stack.query('DELETE FROM settings');
});
afterAll(async () => {
  await db.destroy();
  await stack.close();
  await postgres.close();
});

async function open(): Promise<RuntimeSettings> {
  const settings = await RuntimeSettings.open(readEnvironment(stack.environment), db, logger);
  opened.push(settings);
  return settings;
}

const store = (name: string, value: unknown) =>
  stack.query(
    `INSERT INTO settings (name, value) VALUES ($1, $2::jsonb)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value, version = settings.version + 1`,
    [name, value === null ? null : JSON.stringify(value)],
  );
const days = (settings: RuntimeSettings) => settings.current().RUN_RETENTION_DAYS;
const until = (settings: RuntimeSettings, value: number) =>
  vi.waitFor(() => expect(days(settings)).toBe(value), LONG);

test('an override applies from the start of a process; the same object stays until a change', async () => {
  await store('RUN_RETENTION_DAYS', 7);
  const settings = await open();
  expect(settings.current()).toMatchObject({ RUN_RETENTION_DAYS: 7, OPENAI_API_KEY: 'offline' });
  const snapshot = settings.current();
  await settings.refresh();
  expect(settings.current()).toBe(snapshot);
});

test('a change reaches every process that listens, with what was before', async () => {
  const all = await Promise.all([open(), open(), open()]);
  const heard: [number, number][] = [];
  const leave = all[0].onChange((now, before) =>
    heard.push([before.RUN_RETENTION_DAYS, now.RUN_RETENTION_DAYS]),
  );
  await store('RUN_RETENTION_DAYS', 7);
  for (const settings of all) await until(settings, 7);
  leave();
  await store('RUN_RETENTION_DAYS', null);
  for (const settings of all) await until(settings, 90);
  expect(heard).toEqual([[90, 7]]);
});

test('an override that this version cannot use has no effect: an unknown word, a value out of bounds', async () => {
  await store('A_SETTING_OF_TOMORROW', 1);
  await store('OPENAI_TIMEOUT_SECONDS', 0);
  await store('OPENAI_API_KEY', 'from the table');
  await store('RUN_RETENTION_DAYS', 7);
  const settings = await open();
  expect(settings.current()).toMatchObject({
    RUN_RETENTION_DAYS: 7,
    OPENAI_TIMEOUT_SECONDS: 120,
    OPENAI_API_KEY: 'offline',
  });
  expect(settings.current()).not.toHaveProperty('A_SETTING_OF_TOMORROW');
});

test('the provider follows the settings, and stays the same until they change', async () => {
  const settings = await open();
  const provider = currentProvider(settings);
  const before = provider();
  expect(provider()).toBe(before);
  expect(before).toMatchObject({ style: 'responses', openai: { timeout: 120_000, maxRetries: 0 } });
  await stack.query(
    `INSERT INTO settings (name, value) VALUES ('OPENAI_BASE_URL', '"https://models.acme.test/v1"'),
       ('OPENAI_TIMEOUT_SECONDS', '5'), ('OPENAI_API_STYLE', '"chat"'), ('OPENAI_REASONING_MODEL', '"big"'),
       ('OPENAI_FAST_MODEL', '"small"'), ('OPENAI_EMBEDDING_MODEL', '"vectors"')`,
  );
  await vi.waitFor(() => expect(provider()).not.toBe(before), LONG);
  expect(provider()).toMatchObject({
    openai: { baseURL: 'https://models.acme.test/v1', timeout: 5000, apiKey: 'offline' },
    style: 'chat',
    models: { reasoning: 'big', fast: 'small', embedding: 'vectors' },
  });
  expect(before.openai.baseURL).toBe(stack.parts.model);
});

test('without PostgreSQL the last reading stays; when it is back, what was missed is read and it listens again', async () => {
  await store('RUN_RETENTION_DAYS', 7);
  const settings = await open();
  await postgres.stop();
  const reading = settings.refresh();
  expect(days(settings)).toBe(7);
  await postgres.start();
  await reading;
  expect(days(settings)).toBe(7);
  await store('RUN_RETENTION_DAYS', 8);
  await until(settings, 8);
  await store('RUN_RETENTION_DAYS', 9);
  await until(settings, 9);
});

test('a connection that is cut is made again, and the change made meanwhile is not missed', async () => {
  const settings = await open();
  const cut = () =>
    stack.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nightshift-settings' AND datname = $1`,
      [stack.name],
    );
  for (const value of [5, 6, 7]) {
    await cut();
    await store('RUN_RETENTION_DAYS', value);
    await until(settings, value);
  }
});

test('opened before PostgreSQL is there, it waits; closed, it leaves no connection behind', async () => {
  await store('RUN_RETENTION_DAYS', 7);
  await postgres.stop();
  const opening = open();
  await postgres.start();
  const settings = await opening;
  expect(days(settings)).toBe(7);
  await settings.close();
  await vi.waitFor(async () => {
    const left = await stack.query(
      `SELECT 1 FROM pg_stat_activity WHERE application_name = 'nightshift-settings' AND datname = $1`,
      [stack.name],
    );
    expect(left).toEqual([]);
  }, LONG);
});
