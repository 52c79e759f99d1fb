import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { serverSettingsSchema } from '../../../src/platform/settings/settings.dto.js';
import type { Caller, Json } from '../../support/caller.js';
import { expectProblem } from '../../support/problems.js';
import { useApi } from '../../support/use-api.js';
import { newMember } from '../auth/people.js';
import { put, settingsBy } from './settings.js';

const SECRET = 'sk-environment-secret';
const used = useApi({
  RUN_RETENTION_DAYS: '30',
  OPENAI_API_KEY: SECRET,
  OPERATING_BACKGROUND_ENABLED: '',
  LOG_LEVEL: 'trace',
});
let other: Caller;

beforeAll(async () => {
  const { api_key } = await used.stack.seed('Globex', 'owner@globex.test');
  other = used.stack.caller(used.url, api_key);
});
beforeEach(async () => {
  await used.stack.query('DELETE FROM settings');
  await used.stack.query('DELETE FROM change_log');
});

const stored = () => used.stack.query('SELECT name, value, version FROM settings ORDER BY name');
const logged = () => used.stack.query('SELECT 1 FROM change_log');

describe('the list', () => {
  test('shows the value, source and purpose of each setting, and when a change applies', async () => {
    const { body } = await used.api.get('/api/settings');
    expect(serverSettingsSchema.parse(body)).toEqual(body);
    const by = await settingsBy(used.api);
    expect(by.RUN_RETENTION_DAYS).toEqual({
      name: 'RUN_RETENTION_DAYS',
      purpose: 'Ended runs older than this are deleted; 0 keeps them all',
      value: 30,
      set: true,
      secret: false,
      origin: 'environment',
      environment_value: 30,
      takes_effect: 'at once',
      version: 0,
      changed_by: null,
      changed_at: null,
    });
    expect(by.OPERATING_BACKGROUND_ENABLED).toMatchObject({ value: true, origin: 'default' });
    expect(by.SCHEDULE_SPREAD_SECONDS).toMatchObject({ value: 300, origin: 'default' });
    for (const one of body.settings) expect(one.purpose, one.name).toMatch(/\S/);
  });

  test('shows whether a secret is set, and never its value', async () => {
    const { body } = await used.api.get('/api/settings');
    const by = await settingsBy(used.api);
    expect(by.OPENAI_API_KEY).toMatchObject({
      secret: true,
      set: true,
      value: null,
      environment_value: null,
      origin: 'environment',
      takes_effect: 'at the next start',
    });
    expect(JSON.stringify(body)).not.toContain(SECRET);
    const { url } = await used.stack.startApi({ OPENAI_API_KEY: '' });
    expect((await settingsBy(used.stack.caller(url))).OPENAI_API_KEY).toMatchObject({
      set: false,
      origin: 'default',
    });
  });
});

describe('an override', () => {
  test('applies until it is removed; each change has its person and time, and the version continues', async () => {
    const first = await put(used.api, { RUN_RETENTION_DAYS: { value: 7 } });
    expect(first.status, JSON.stringify(first.body)).toBe(200);
    const find = (body: Json) => body.settings.find((one: Json) => one.name === 'RUN_RETENTION_DAYS');
    expect(find(first.body)).toMatchObject({
      value: 7,
      origin: 'override',
      environment_value: 30,
      version: 1,
      changed_by: used.stack.tenant.user_id,
      changed_at: expect.any(String),
    });
    const second = await put(used.api, { RUN_RETENTION_DAYS: { value: null, version: 1 } });
    expect(find(second.body)).toMatchObject({ value: 30, origin: 'environment', version: 2 });
    const stale = await put(used.api, { RUN_RETENTION_DAYS: { value: 8 } });
    expectProblem(stale, 'version_conflict', 'settings.RUN_RETENTION_DAYS.version');
    expect(stale.body.detail).toContain('version 2');
    const third = await put(used.api, { RUN_RETENTION_DAYS: { value: 8, version: 2 } });
    expect(find(third.body)).toMatchObject({ value: 8, version: 3 });
  });

  test('that never existed may be removed: nothing happens', async () => {
    expect((await put(used.api, { RUN_RETENTION_DAYS: { value: null } })).status).toBe(200);
    expect(await stored()).toEqual([]);
    expect(await logged()).toEqual([]);
  });

  test.each<[string, string, unknown]>([
    ['a number', 'RUN_RETENTION_DAYS', 0],
    ['a flag', 'OPERATING_BACKGROUND_ENABLED', false],
    ['a choice', 'OPENAI_API_STYLE', 'chat'],
    ['a text', 'OPENAI_FAST_MODEL', 'модель 🦉'],
    ['an address', 'OPENAI_BASE_URL', 'https://models.acme.test/v1'],
    ['the least', 'OPERATING_BACKGROUND_INTERVAL_SECONDS', 10],
    ['the most', 'OPERATING_BACKGROUND_INTERVAL_SECONDS', 2_678_400],
    ['none at all', 'SCHEDULE_SPREAD_SECONDS', 0],
    ['a week', 'SCHEDULE_CATCH_UP_SECONDS', 604_800],
  ])('may be %s, and comes back as it was sent', async (_, name, value) => {
    expect((await put(used.api, { [name]: { value } })).status).toBe(200);
    expect((await settingsBy(used.api))[name]).toMatchObject({ value, origin: 'override' });
  });

  test('the log tells server administrators of each change, and nobody else', async () => {
    await put(used.api, { RUN_RETENTION_DAYS: { value: 7 }, OPENAI_FAST_MODEL: { value: 'small' } });
    await put(used.api, { RUN_RETENTION_DAYS: { value: null, version: 1 } });
    const { changes } = (await used.api.get('/api/audit-log?subject=setting')).body;
    const told = changes.map(({ subject_id, before, after }: Json) => [subject_id, before, after]);
    expect(told).toEqual([
      ['RUN_RETENTION_DAYS', 7, null],
      ['OPENAI_FAST_MODEL', null, 'small'],
      ['RUN_RETENTION_DAYS', null, 7],
    ]);
    for (const change of changes)
      expect(change).toMatchObject({ organisation_id: null, changed_by: used.stack.tenant.user_id });
    expect((await other.get('/api/audit-log')).body.changes).toEqual([]);
    expect(used.stack.programs.map(({ log }) => log).join('')).not.toContain(SECRET);
  });
});

describe('a change that cannot be made', () => {
  test.each<[string, string, unknown, RegExp]>([
    ['too little', 'OPERATING_BACKGROUND_INTERVAL_SECONDS', 9, />=10/],
    ['too much', 'SCHEDULE_SPREAD_SECONDS', 3601, /<=3600/],
    ['far too much', 'SCHEDULE_CATCH_UP_SECONDS', 1e300, /<=604800|int/],
    ['a fraction', 'RUN_RETENTION_DAYS', 1.5, /int/],
    ['a number as text', 'RUN_RETENTION_DAYS', '7', /expected number/],
    ['an empty text for a number', 'RUN_RETENTION_DAYS', '', /expected number/],
    ['a list', 'RUN_RETENTION_DAYS', [7], /expected number/],
    ['a flag for a number', 'RUN_RETENTION_DAYS', true, /expected number/],
    ['a number for a flag', 'OPERATING_BACKGROUND_ENABLED', 1, /expected boolean/],
    ['a text for a flag', 'OPERATING_BACKGROUND_ENABLED', 'false', /expected boolean/],
    ['an unknown style', 'OPENAI_API_STYLE', 'soap', /"responses"\|"chat"/],
    ['an empty name', 'OPENAI_FAST_MODEL', ' ', />=1 char/],
    ['a NUL', 'OPENAI_FAST_MODEL', 'a\u0000b', /NUL/],
    ['a name without end', 'OPENAI_FAST_MODEL', 'x'.repeat(2001), /<=2000/],
    ['no address', 'OPENAI_BASE_URL', 'models', /http/],
    ['another scheme', 'OPENAI_BASE_URL', 'file:///etc/passwd', /http/],
    ['an address with a password', 'OPENAI_BASE_URL', 'https://u:p4ssw0rd@acme.test/v1', /password/],
    ['nothing', 'RUN_RETENTION_DAYS', undefined, /expected number/],
  ])('%s is refused by name, with what it takes', async (_, name, value, words) => {
    const answer = await put(used.api, { OPENAI_REASONING_MODEL: { value: 'big' }, [name]: { value } });
    expectProblem(answer, 'validation_failed', `settings.${name}.value`);
    expect(answer.body.errors.map((error: Json) => error.message).join()).toMatch(words);
    expect(JSON.stringify(answer.body)).not.toContain('p4ssw0rd');
    expect(await stored()).toEqual([]);
    expect(await logged()).toEqual([]);
  });

  test.each<[string, Json, string]>([
    ['an unknown setting', { settings: { NOBODY: { value: 1 } } }, 'settings.NOBODY'],
    ['a setting that needs a start', { settings: { DATABASE_URL: { value: 'x' } } }, 'settings.DATABASE_URL'],
    ['a name from the prototype', { settings: { constructor: { value: 1 } } }, 'settings.constructor'],
    [
      'a version that is none',
      { settings: { RUN_RETENTION_DAYS: { value: 1, version: -1 } } },
      'settings.RUN_RETENTION_DAYS.version',
    ],
    [
      'an unknown word',
      { settings: { RUN_RETENTION_DAYS: { value: 1, force: true } } },
      'settings.RUN_RETENTION_DAYS.force',
    ],
    ['a bare value', { settings: { RUN_RETENTION_DAYS: 7 } }, 'settings.RUN_RETENTION_DAYS'],
    ['no setting', { settings: {} }, 'settings'],
    ['an empty body', {}, 'settings'],
  ])('%s is refused', async (_, body, field) => {
    expectProblem(await used.api.send('PUT', '/api/settings', body), 'validation_failed', field);
    expect(await stored()).toEqual([]);
  });

  test('a secret is refused, with the reason', async () => {
    const answer = await put(used.api, { OPENAI_API_KEY: { value: 'sk-new-secret' } });
    expectProblem(answer, 'validation_failed', 'settings.OPENAI_API_KEY');
    expect(answer.body.detail).toMatch(/environment only/);
    expect(JSON.stringify(answer.body)).not.toContain('sk-new-secret');
    expect(used.stack.programs.map(({ log }) => log).join('')).not.toContain('sk-new-secret');
  });

  test('every bad one is named', async () => {
    const answer = await put(used.api, {
      RUN_RETENTION_DAYS: { value: -1 },
      OPENAI_TIMEOUT_SECONDS: { value: 0 },
      NOBODY: { value: 1 },
    });
    for (const name of ['RUN_RETENTION_DAYS.value', 'OPENAI_TIMEOUT_SECONDS.value', 'NOBODY'])
      expectProblem(answer, 'validation_failed', `settings.${name}`);
  });
});

describe('changes at once', () => {
  test('exactly one wins, the others get 412, and nothing is half written', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        put(used.api, { RUN_RETENTION_DAYS: { value: index }, OPENAI_FAST_MODEL: { value: `m${index}` } }),
      ),
    );
    const winner = answers.findIndex(({ status }) => status === 200);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
    expect(await stored()).toEqual([
      { name: 'OPENAI_FAST_MODEL', value: `m${winner}`, version: 1 },
      { name: 'RUN_RETENTION_DAYS', value: winner, version: 1 },
    ]);
    expect(await logged()).toHaveLength(2);
  });

  test('one stale version keeps all of a change out', async () => {
    await put(used.api, { RUN_RETENTION_DAYS: { value: 7 } });
    const before = await stored();
    const answer = await put(used.api, {
      OPENAI_FAST_MODEL: { value: 'small' },
      RUN_RETENTION_DAYS: { value: 8, version: 5 },
    });
    expectProblem(answer, 'version_conflict', 'settings.RUN_RETENTION_DAYS.version');
    expect(answer.body.errors).toHaveLength(1);
    expect(await stored()).toEqual(before);
    expect(await logged()).toHaveLength(1);
  });
});

describe('the settings are for server administrators', () => {
  const attempts = async (api: Caller) => [
    await api.get('/api/settings'),
    await put(api, { RUN_RETENTION_DAYS: { value: 1 } }),
    await api.send('PUT', '/api/settings', { nonsense: true }),
  ];

  test('the owner of another organisation is no server administrator', async () => {
    for (const answer of await attempts(other)) {
      expectProblem(answer, 'forbidden');
      expect(answer.body.detail).toContain('server administrator');
    }
    expect(await stored()).toEqual([]);
  });

  test('nor is another owner or admin of the same one', async () => {
    for (const role of ['owner', 'admin'] as const) {
      const { api } = await newMember(used.api, role);
      for (const answer of await attempts(api)) expectProblem(answer, 'forbidden');
    }
    expect(await stored()).toEqual([]);
  });

  test('another organisation cannot lend the right by making the person a member', async () => {
    const borrowed = { email: 'owner@acme.test', name: 'Borrowed', role: 'owner' };
    const { claim } = (await other.post('/api/members', borrowed)).body.invitation;
    const { body } = await other.post('/api/claims', { claim });
    expect(body.user_id).toBe(used.stack.tenant.user_id);
    for (const answer of await attempts(used.stack.caller(used.url, body.api_key)))
      expectProblem(answer, 'forbidden');
  });
});
