import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readKeys, writeKey } from '../../src/platform/config/named-keys.js';
import { payloadKeys, postgresPassword, signingKeys } from '../../stack/secrets.js';
import { homeOfTest } from '../support/temporary-home.js';

const idsOf = (text: string) => [...(readKeys(text)?.all.keys() ?? [])];

test('a home keeps its payload key beside its other secrets, readable by nobody else', () => {
  const home = homeOfTest();
  const password = postgresPassword(home);
  const key = payloadKeys(home, undefined);
  expect(readKeys(key)?.newest?.secret).toHaveLength(32);
  expect([payloadKeys(home, undefined), postgresPassword(home)]).toEqual([key, password]);
  expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600);
  expect(payloadKeys(homeOfTest(), undefined)).not.toBe(key);
});

test("keys that a person gives seal from then on, and the home's still opens what it sealed", () => {
  const home = homeOfTest();
  const key = payloadKeys(home, undefined);
  const mine = writeKey({ id: 'mine', secret: randomBytes(32) });
  expect(idsOf(payloadKeys(home, mine))).toEqual(['mine', ...idsOf(key)]);
  expect(payloadKeys(home, `${mine},${key}`)).toBe(`${mine},${key}`);
  expect(payloadKeys(home, 'none')).toBe(`none,${key}`);
});

test('a home signs with a key of its own, which still counts when a person gives another', () => {
  const home = homeOfTest();
  const key = signingKeys(home, undefined);
  expect([signingKeys(home, undefined), payloadKeys(home, undefined)]).toEqual([
    key,
    expect.not.stringMatching(key),
  ]);
  const mine = writeKey({ id: 'mine', secret: randomBytes(32) });
  expect(idsOf(signingKeys(home, mine))).toEqual(['mine', ...idsOf(key)]);
});
