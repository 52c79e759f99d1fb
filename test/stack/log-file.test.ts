import { existsSync, readFileSync, statSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { logPath } from '../../stack/log-file.js';
import { superviseProcess } from '../../stack/supervisor.js';
import { until } from '../../stack/until.js';
import { homeOfTest } from '../support/temporary-home.js';
import { listener } from './listener.js';

test('a log is set aside while its process writes on, and a bounded number is kept', async () => {
  const home = homeOfTest();
  const { log } = listener();
  const script = `process.send('ready'); let n = 0; setInterval(() => console.log(String(n++).padStart(999, '.')), 1);`;
  const plan = {
    name: 'talker',
    command: process.execPath,
    args: ['-e', script],
    env: {},
    channel: true,
    ready: ({ saidReady }: { saidReady: boolean }) => saidReady,
  };
  const service = await superviseProcess(plan, { home, log, rotateEveryMs: 10, mostLogBytes: 20_000 });
  onTestFinished(() => service.stop());
  const path = logPath(home, 'talker');
  await until(() => existsSync(`${path}.4`) && statSync(path).size > 0, { withinMs: 20_000 });
  await until(() => statSync(path).size < 60_000 && existsSync(`${path}.1`), { withinMs: 20_000 });
  expect(existsSync(`${path}.5`)).toBe(false);
  for (const line of readFileSync(`${path}.1`, 'utf8').trimEnd().split('\n').slice(1))
    expect(line).toMatch(/^\.+\d+$/);
});
