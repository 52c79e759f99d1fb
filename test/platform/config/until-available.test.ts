import { expect, test } from 'vitest';
import { untilAvailable } from '../../../src/platform/config/until-available.js';

function logger() {
  const lines: unknown[][] = [];
  return { lines, warn: (...line: unknown[]) => void lines.push(line) };
}

test('an attempt is repeated until it succeeds, and the log says once that the process waits', async () => {
  const log = logger();
  let tries = 0;
  const attempt = async () => {
    tries += 1;
    if (tries < 4) throw new Error(`try ${tries}`);
    return 'there';
  };
  const waiting = { logger: log, words: 'not yet', about: { address: 'a' }, every_ms: 1 };
  expect(await untilAvailable(attempt, waiting)).toBe('there');
  expect(log.lines).toEqual([[{ err: new Error('try 1'), address: 'a' }, 'not yet']]);
});

test('an error that waiting does not mend is thrown at once', async () => {
  const log = logger();
  const attempt = () => Promise.reject(new Error('never'));
  const waiting = { logger: log, words: 'not yet', mayPass: () => false, every_ms: 1 };
  await expect(untilAvailable(attempt, waiting)).rejects.toThrow('never');
  expect(log.lines).toEqual([]);
});
