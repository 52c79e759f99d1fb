import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import type { Caller } from '../support/caller.js';
import { expectRightEnd, expectVerified } from '../support/effects.js';
import { PrivateTemporal, sharedParts } from '../support/private-parts.js';
import type { Program } from '../support/program.js';
import { LONG, TestStack } from '../support/stack.js';

const temporal = new PrivateTemporal();
let stack: TestStack;
let api: Caller;
let worker: Program;

beforeAll(async () => {
  await temporal.start();
  stack = new TestStack({ ...sharedParts(), temporal: temporal.address });
  await stack.open();
  const [{ url }, started] = await Promise.all([stack.startApi(), stack.startWorker()]);
  worker = started;
  api = stack.caller(url);
});
afterAll(async () => {
  await stack.close();
  await temporal.close();
});

test('with Temporal down requests are taken, say why they wait, and complete when it is back', async () => {
  await temporal.stop();
  const run = await api.start({ agent: 'self_check' });
  const cancelled = await api.start({ agent: 'self_check', input: { steps: 50, delay_ms: 1000 } });
  await api.post(`/api/agent-runs/${cancelled.id}/cancel`);
  await api.until(run.id, ({ wait_reason }) => wait_reason?.code === 'no_engine');
  const ready = await api.get('/api/health/ready');
  expect(ready.status).toBe(503);
  expect(ready.body.details).toMatchObject({ postgres: { status: 'up' }, temporal: { status: 'down' } });

  await temporal.start();
  await expectRightEnd(stack, api, run.id, 'completed');
  await expectRightEnd(stack, api, cancelled.id, 'cancelled');
  await expectVerified(api, cancelled.id, 'temporal');
  await vi.waitFor(async () => expect((await api.get('/api/health/ready')).status).toBe(200), LONG);
}, 120_000);

test('a run in the middle survives a restart of Temporal', async () => {
  const run = await api.start({ agent: 'self_check', input: { steps: 20, delay_ms: 200 } });
  await api.until(run.id, ({ progress }) => progress?.done >= 4);
  await temporal.stop();
  await temporal.start();
  await expectRightEnd(stack, api, run.id, 'completed');
  await expectVerified(api, run.id, 'temporal');
}, 120_000);

test('when Temporal has lost its database, runs under way start again and say so', async () => {
  const run = await api.start({ agent: 'self_check', input: { steps: 10, delay_ms: 3000 } });
  await api.until(run.id, ({ progress }) => progress?.done >= 1);
  await temporal.stop();
  temporal.loseEverything();
  await temporal.start();
  await worker.end('SIGKILL');
  await stack.startWorker();
  await expectRightEnd(stack, api, run.id, 'completed');
  const events = await api.events(run.id);
  expect(events.map(({ type }) => type)).toContain('background_run_recovered');
  await expectVerified(api, run.id, 'temporal');
}, 180_000);

test('an API that died between commit and dispatch leaves a run that the next one starts', async () => {
  const { program, url } = await stack.startApi({
    TEMPORAL_ADDRESS: inject('model').replace(/^http:\/\/|\/v1$/g, ''),
  });
  const run = await stack.caller(url).start({ agent: 'self_check', input: { steps: 2 } });
  await program.end('SIGKILL');
  await expectRightEnd(stack, api, run.id, 'completed');
}, 60_000);
