import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readEnvironment } from '../../src/platform/config/environment.js';
import { entriesIn } from '../../stack/entries.js';
import { readJson } from '../../stack/private-file.js';
import { Stack } from '../../stack/stack.js';
import { startStack, stopOrder } from '../../stack/start-stack.js';
import { createStep } from '../../stack/steps.js';
import { freePorts } from '../support/free-ports.js';
import { PAYLOAD_KEYS } from '../support/payload-keys.js';
import { SIGNING_KEYS } from '../support/signing-keys.js';
import { homeOfTest } from '../support/temporary-home.js';
import { listener } from './listener.js';

/** The stack with everything external but the model, and stand-ins for our own programs. */
async function start(home: string, settings: Record<string, string> = {}) {
  const [api, model] = await freePorts(2);
  const { lines, log } = listener();
  const stack = new Stack(stopOrder, log);
  onTestFinished(() => stack.stop());
  const source = {
    DATABASE_URL: 'postgresql://somewhere/else',
    TEMPORAL_ADDRESS: 'somewhere:7233',
    TEMPORAL_UI_URL: 'http://somewhere:8233',
    TEMPORAL_PAYLOAD_KEYS: PAYLOAD_KEYS,
    AUDIT_SIGNING_KEYS: SIGNING_KEYS,
    NIGHTSHIFT_PORT: String(api),
    NIGHTSHIFT_MODEL_PORT: String(model),
    SECRET_OF_THE_MACHINE: 'not passed on',
    ...settings,
  };
  const environment = readEnvironment(source);
  const entries = entriesIn(join(import.meta.dirname, 'stand-ins'));
  const { signal } = new AbortController();
  const started = await startStack({
    home,
    source,
    environment,
    entries,
    stack,
    step: createStep(log),
    log,
    signal,
  });
  return { started, stack, lines, model };
}

const workerLog = (home: string) =>
  JSON.parse(
    readFileSync(join(home, 'logs', 'worker.log'), 'utf8')
      .trim()
      .split('\n')
      .at(-1)!,
  );

test('external parts are not started, and the API and the worker get them', async () => {
  const home = homeOfTest();
  const { started, stack, lines, model } = await start(home);
  const steps = lines.map((line) => line.trim().split(' ')[0]);
  expect(steps.slice(0, 3).sort()).toEqual(['offline-model', 'schema', 'seed']);
  expect(steps.slice(3).sort()).toEqual(['api', 'worker']);
  expect(workerLog(home)).toEqual({
    database: 'postgresql://somewhere/else',
    address: 'somewhere:7233',
    model: `http://127.0.0.1:${model}/v1`,
    key: 'offline',
    secrets: [],
  });
  const path = join(home, 'credentials.json');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const { offline_model, ...written } = started;
  expect(offline_model).toBe(true);
  expect(readJson(path)).toEqual(written);
  expect(written).toMatchObject({
    temporal_ui: 'http://somewhere:8233',
    openapi: `${started.url}/api/openapi.json`,
    organisation_id: 'o1',
  });
  await stack.stop();
});

test('the key is kept across starts, and made anew when its file is lost', async () => {
  const home = homeOfTest();
  const first = await start(home);
  await first.stack.stop();
  const second = await start(home);
  await second.stack.stop();
  expect(second.started.api_key).toBe(first.started.api_key);
  rmSync(join(home, 'credentials.json'));
  const third = await start(home);
  expect(third.started.api_key).not.toBe(first.started.api_key);
});

test("with a model of the person's own, the offline model is not started", async () => {
  const home = homeOfTest();
  const { started, lines } = await start(home, { OPENAI_BASE_URL: 'http://somewhere/v1' });
  expect(lines.join('\n')).not.toContain('offline-model');
  expect(started.offline_model).toBe(false);
});

test('an external Temporal without keys is refused before anything is started', async () => {
  const home = homeOfTest();
  await expect(start(home, { TEMPORAL_PAYLOAD_KEYS: '' })).rejects.toThrow(
    /^TEMPORAL_PAYLOAD_KEYS: is needed/,
  );
  expect(readdirSync(home)).toEqual([]);
});

test('an external PostgreSQL without keys to sign with is refused, too', async () => {
  const home = homeOfTest();
  await expect(start(home, { AUDIT_SIGNING_KEYS: '' })).rejects.toThrow(/^AUDIT_SIGNING_KEYS: is needed/);
  expect(readdirSync(home)).toEqual([]);
});
