import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { endOrphans, pidRecordPath, writePidRecord } from '../../stack/pid-records.js';
import { readJson, writePrivateJson } from '../../stack/private-file.js';
import { identify, isRunning } from '../../stack/process-identity.js';
import { homeOfTest } from '../support/temporary-home.js';
import { listener } from './listener.js';
import { livingProcess } from './processes.js';

test('a process that its supervisor left behind is ended', async () => {
  const home = homeOfTest();
  const child = await livingProcess();
  const ended = once(child, 'exit');
  writePidRecord(home, 'worker', child.pid, 'node worker.js');
  const { lines, log } = listener();
  await endOrphans(home, log);
  expect((await ended)[1]).toBe('SIGTERM');
  expect(lines).toEqual([`ending worker (pid ${child.pid}), left over from an earlier start`]);
  expect(existsSync(pidRecordPath(home, 'worker'))).toBe(false);
});

test('a process that has the pid of an earlier one is left alone', async () => {
  const home = homeOfTest();
  const child = await livingProcess();
  writePidRecord(home, 'worker', child.pid, 'node worker.js');
  const record = readJson(pidRecordPath(home, 'worker'));
  writePrivateJson(pidRecordPath(home, 'worker'), { ...record, started: 'another moment' });
  const { lines, log } = listener();
  await endOrphans(home, log);
  expect(isRunning(identify(child.pid))).toBe(true);
  expect(lines).toEqual([]);
  expect(existsSync(pidRecordPath(home, 'worker'))).toBe(false);
});

test('a process is running until it has ended', async () => {
  const child = await livingProcess();
  const identity = identify(child.pid);
  expect(isRunning(identity)).toBe(true);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  expect(isRunning(identity)).toBe(false);
});
