import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { earlierIds, knownKey, readSeed, withdrawUrl, writeCredentials } from '../../stack/credentials.js';
import { readJson } from '../../stack/private-file.js';
import { homeOfTest } from '../support/temporary-home.js';

const ids = { organisation_id: 'o', project_id: 'p', user_id: 'u' };

test('only the owner reads the credentials', () => {
  const home = homeOfTest();
  writeCredentials(home, { ...ids, api_key: 'k' });
  expect(statSync(join(home, 'credentials.json')).mode & 0o777).toBe(0o600);
});

test('the key of an earlier start counts for the same organisation only', () => {
  const home = homeOfTest();
  expect(knownKey(home, 'o')).toBeUndefined();
  writeCredentials(home, { ...ids, api_key: 'k' });
  expect(knownKey(home, 'o')).toBe('k');
  expect(knownKey(home, 'another')).toBeUndefined();
});

test('the address goes when the stack stops, and the rest stays', () => {
  const home = homeOfTest();
  writeCredentials(home, { ...ids, api_key: 'k', url: 'http://127.0.0.1:1' });
  withdrawUrl(home);
  expect(readJson(join(home, 'credentials.json'))).toEqual({ ...ids, api_key: 'k' });
});

test('the seed is read from the last line, with a key only when one was made', () => {
  expect(readSeed(`seeding\n${JSON.stringify(ids)}\n`)).toEqual(ids);
  expect(readSeed(JSON.stringify({ ...ids, api_key: 'k' }))).toEqual({ ...ids, api_key: 'k' });
  expect(readSeed('null')).toBeNull();
  expect(() => readSeed('{}')).toThrow('organisation_id');
});

test('the ids of an earlier start are there once all of them are', () => {
  const home = homeOfTest();
  expect(earlierIds(home)).toBeNull();
  writeCredentials(home, { organisation_id: 'o', url: 'http://127.0.0.1:1' });
  expect(earlierIds(home)).toBeNull();
  writeCredentials(home, { ...ids, api_key: 'k' });
  expect(JSON.parse(earlierIds(home) ?? '')).toEqual(ids);
});
