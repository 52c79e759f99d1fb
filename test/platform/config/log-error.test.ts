import { APIError } from 'openai';
import { QueryFailedError } from 'typeorm';
import { expect, test } from 'vitest';
import { loggedError } from '../../../src/platform/config/log-error.js';

const secret = 'zebra crossing';

test('an error of PostgreSQL is logged with its code and constraint, without parameters, details and message', () => {
  const driver = Object.assign(new Error(`invalid input: "${secret}"`), {
    severity: 'ERROR',
    code: '22P02',
    detail: secret,
    where: secret,
    constraint: 'checkins_pkey',
  });
  const logged = loggedError(new QueryFailedError('INSERT …', [secret], driver));
  expect(logged).toMatchObject({ type: 'QueryFailedError', code: '22P02', constraint: 'checkins_pkey' });
  expect(JSON.stringify(logged)).not.toContain(secret);
});

test('an error of a provider is logged with its status alone, also as a cause', () => {
  const provider = APIError.generate(400, { error: { message: secret } }, secret, new Headers());
  const logged = loggedError(new Error('the call failed', { cause: provider }));
  expect(logged).toMatchObject({ message: 'the call failed', cause: { status: 400 } });
  expect(JSON.stringify(logged)).not.toContain(secret);
});

test('an error of our own keeps its words and where it was thrown', () => {
  const logged = loggedError(new TypeError('no such chore'));
  expect(logged).toMatchObject({
    type: 'TypeError',
    message: 'no such chore',
    stack: expect.stringContaining('at '),
  });
  expect(loggedError(secret)).toMatchObject({ type: 'string' });
  expect(JSON.stringify(loggedError(secret))).not.toContain(secret);
});
