import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ProcessPlan } from '../../stack/running-child.js';
import { Stack } from '../../stack/stack.js';
import { type Supervision, superviseProcess } from '../../stack/supervisor.js';
import { until } from '../../stack/until.js';
import { homeOfTest } from '../support/temporary-home.js';
import { listener } from './listener.js';

const backoff = { firstMs: 10, mostMs: 40, healthyAfterMs: 60_000 };

function nodePlan(name: string, script: string): ProcessPlan {
  return {
    name,
    command: process.execPath,
    args: ['-e', script],
    env: {},
    channel: true,
    ready: ({ saidReady }) => saidReady,
  };
}

async function supervise(plan: ProcessPlan, supervision: Supervision) {
  const service = await superviseProcess(plan, supervision);
  onTestFinished(() => service.stop());
  return service;
}

const lives = `process.send('ready'); setInterval(() => {}, 60000);`;

test('a process that crashes is started again, each time after a longer wait', async () => {
  const home = homeOfTest();
  const { lines, log } = listener();
  const failsThreeTimes = `
    const { appendFileSync, readFileSync } = require('node:fs');
    appendFileSync('${home}/starts', 'x');
    const starts = readFileSync('${home}/starts').length;
    if (starts > 1 && starts < 5) process.exit(3);
    ${lives}`;
  const service = await supervise(nodePlan('worker', failsThreeTimes), { home, log, backoff });
  process.kill(service.pid, 'SIGKILL');
  expect(await until(() => lines.length === 5, { withinMs: 20_000 })).toBe(true);
  const path = join(home, 'logs', 'worker.log');
  expect(lines).toEqual([
    `worker ended with SIGKILL; starting it again in 0.01 s (log: ${path})`,
    `worker ended with code 3; starting it again in 0.02 s (log: ${path})`,
    `worker ended with code 3; starting it again in 0.04 s (log: ${path})`,
    `worker ended with code 3; starting it again in 0.04 s (log: ${path})`,
    `worker runs again (pid ${service.pid})`,
  ]);
});

test('after a healthy time the wait is short again', async () => {
  const home = homeOfTest();
  const { lines, log } = listener();
  const service = await supervise(nodePlan('worker', lives), {
    home,
    log,
    backoff: { ...backoff, healthyAfterMs: 0 },
  });
  for (const times of [1, 2]) {
    process.kill(service.pid, 'SIGKILL');
    expect(await until(() => lines.length === 2 * times, { withinMs: 20_000 })).toBe(true);
  }
  expect(lines.filter((line) => line.includes('again in 0.01 s'))).toHaveLength(2);
});

test('a process that never gets ready fails the start, with the end of its log', async () => {
  const home = homeOfTest();
  const started = superviseProcess(nodePlan('api', `console.error('no such table'); process.exit(1)`), {
    home,
    ...listener(),
  });
  await expect(started).rejects.toThrow(/^api ended with code 1\. Its log: .*api\.log\nno such table$/);
});

test('a command that is not there fails the start', async () => {
  const plan = { ...nodePlan('api', ''), command: '/no/such/command' };
  const started = superviseProcess(plan, { home: homeOfTest(), ...listener() });
  await expect(started).rejects.toThrow('could not be started');
});

test('a start that is given up leaves no process', async () => {
  const home = homeOfTest();
  const giveUp = new AbortController();
  const pids: number[] = [];
  const plan = nodePlan('api', 'setInterval(() => {}, 60000)');
  plan.ready = ({ pid }) => {
    pids.push(pid);
    giveUp.abort();
    return false;
  };
  await expect(superviseProcess(plan, { home, ...listener(), signal: giveUp.signal })).rejects.toThrow(
    'abort',
  );
  expect(() => process.kill(pids[0] ?? 0, 0)).toThrow('ESRCH');
});

test('a restart that is asked for comes at once and is waited for', async () => {
  const { lines, log } = listener();
  const service = await supervise(nodePlan('api', lives), { home: homeOfTest(), log, backoff });
  const first = service.pid;
  await service.restart();
  expect(service.pid).not.toBe(first);
  expect(lines).toEqual([`api runs again (pid ${service.pid})`]);
});

test('the stack stops in its order, not in the order of the starts', async () => {
  const home = homeOfTest();
  const { lines, log } = listener();
  const stack = new Stack(['api', 'worker', 'postgres'], log);
  const script = (name: string) => `
    process.once('SIGTERM', () => { require('node:fs').appendFileSync('${home}/ends', '${name} '); process.exit(); });
    ${lives}`;
  for (const name of ['postgres', 'api', 'worker']) {
    stack.hold(name, await superviseProcess(nodePlan(name, script(name)), { home, log }));
  }
  await stack.stop();
  expect(readFileSync(`${home}/ends`, 'utf8')).toBe('api worker postgres ');
  expect(lines.map((line) => line.split(' stopped')[0])).toEqual(['api', 'worker', 'postgres']);
});

test('a process that does not heed a polite signal is killed', async () => {
  const deaf = `process.on('SIGTERM', () => {}); ${lives}`;
  const plan: ProcessPlan = {
    ...nodePlan('api', deaf),
    stop: [
      ['SIGTERM', 50],
      ['SIGKILL', 5000],
    ],
  };
  const service = await superviseProcess(plan, { home: homeOfTest(), ...listener() });
  await service.stop();
  expect(service.process.signalCode).toBe('SIGKILL');
});
