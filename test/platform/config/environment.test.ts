import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadSettings, environmentSchema, readEnvironment } from '../../../src/platform/config/environment.js';
import { OVERRIDABLE, overrideSchema, SECRETS } from '../../../src/platform/settings/operational.js';

const refusal = (source: Record<string, string>): string => {
  try {
    readEnvironment(source);
  } catch (error) {
    expect(error).toBeInstanceOf(BadSettings);
    return (error as Error).message;
  }
  return '';
};

describe('the environment', () => {
  test('has a default for every operational setting but address and key', () => {
    const env = readEnvironment({});
    for (const name of [...OVERRIDABLE, ...SECRETS])
      expect(env[name] === undefined, name).toBe(/BASE_URL|API_KEY/.test(name));
    expect(env).toMatchObject({
      OPERATING_BACKGROUND_ENABLED: true,
      OPERATING_BACKGROUND_INTERVAL_SECONDS: 900,
      TICKET_CONFLICT_SCAN_HOUR_UTC: 2,
      SCHEDULE_SPREAD_SECONDS: 300,
      SCHEDULE_CATCH_UP_SECONDS: 3600,
    });
  });

  test.each([
    ['OPERATING_BACKGROUND_ENABLED', 'perhaps'],
    ['OPERATING_BACKGROUND_INTERVAL_SECONDS', '9'],
    ['OPERATING_BACKGROUND_INTERVAL_SECONDS', '2678401'],
    ['SCHEDULE_SPREAD_SECONDS', '-1'],
    ['SCHEDULE_SPREAD_SECONDS', '3601'],
    ['SCHEDULE_CATCH_UP_SECONDS', '9'],
    ['SCHEDULE_CATCH_UP_SECONDS', '604801'],
    ['OPENAI_BASE_URL', 'ftp://models.acme.test'],
    ['OPENAI_BASE_URL', 'https://jo:p4ssw0rd@models.acme.test/v1'],
  ])('%s refuses %s, naming the setting and not the value', (name, value) => {
    const message = refusal({ [name]: value });
    expect(message).toContain(name);
    expect(message).not.toContain(value);
    expect(message).not.toContain('p4ssw0rd');
  });
});

describe('an override', () => {
  const numbers = OVERRIDABLE.filter((name) => typeof readEnvironment({})[name] === 'number');

  test.each(numbers)('of %s takes the numbers that the environment takes', (name) => {
    const near = fc.oneof(fc.integer(), fc.double(), fc.integer({ min: -10, max: 5_000_000 }));
    fc.assert(
      fc.property(near, (value) => {
        const here = overrideSchema(name).safeParse(value);
        const there = environmentSchema.shape[name].safeParse(String(value));
        expect(here.success).toBe(there.success);
        if (here.success) expect(here.data === there.data, `${value}`).toBe(true);
      }),
    );
  });

  test.each(OVERRIDABLE)('of %s takes nothing but the kind of value that it is', (name) => {
    const value = readEnvironment({})[name] ?? 'https://models.acme.test/v1';
    fc.assert(
      fc.property(fc.jsonValue(), (other) => {
        fc.pre(typeof other !== typeof value);
        expect(overrideSchema(name).safeParse(other).success).toBe(false);
      }),
    );
    expect(overrideSchema(name).safeParse(value)).toMatchObject({ success: true, data: value });
  });
});
