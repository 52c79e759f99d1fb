import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openHome } from '../../stack/home.js';
import { writePrivateJson } from '../../stack/private-file.js';
import { identify } from '../../stack/process-identity.js';
import { homeOfTest } from '../support/temporary-home.js';
import { livingProcess } from './processes.js';

test('a second start on the same home names the first one and the setting', async () => {
  const home = homeOfTest();
  const first = await livingProcess();
  writePrivateJson(join(home, 'supervisor.json'), identify(first.pid));
  const message = `Nightshift already runs on ${home} (pid ${first.pid}). Stop it first, or set NIGHTSHIFT_HOME`;
  expect(() => openHome(home)).toThrow(message);
});

test('the home of a supervisor that is gone is taken over', async () => {
  const home = homeOfTest();
  const first = await livingProcess();
  writePrivateJson(join(home, 'supervisor.json'), { ...identify(first.pid), started: 'another moment' });
  openHome(home).close();
  expect(readdirSync(home)).toEqual([]);
});

test('a new home lets others pass through and see nothing', () => {
  const home = join(homeOfTest(), 'deep', 'home');
  openHome(home).close();
  expect(statSync(home).mode & 0o777).toBe(0o711);
});
