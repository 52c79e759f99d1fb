import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Caller } from '../support/caller.js';
import { expectRightEnd, expectVerified } from '../support/effects.js';
import { otherBuild } from '../support/other-build.js';
import { sharedParts } from '../support/private-parts.js';
import { LONG, TestStack } from '../support/stack.js';
import { withTemporal } from '../support/temporal-client.js';

const stack = new TestStack(sharedParts());
let api: Caller;
const changedFlow = otherBuild('changed-flow', {
  'workflow-bundle.js': (text) =>
    text.replace(
      /async flow\(\{ run, model, tools \}, \{ steps, delay_ms, model_calls, fail_step, fail_times \}\) \{/,
      '$& await run.sleep(7); await run.sleep(8);',
    ),
});
const withoutAgent = otherBuild('without-agent', {
  'agents/index.js': (text) => text.replace(/^ {4}selfCheck,$/m, ''),
});
const sameFlow = otherBuild('same-flow', {});
const BUILDS: Record<string, string | undefined> = { shipped: undefined, changed: changedFlow.dist };

beforeAll(async () => {
  await stack.open();
  api = stack.caller((await stack.startApi()).url);
});
afterAll(async () => {
  await stack.close();
  changedFlow.remove();
  withoutAgent.remove();
  sameFlow.remove();
});

test.each([
  ['shipped', 'changed'],
  ['changed', 'shipped'],
])(
  'a run under way goes on when workers of the build %s are replaced by those of %s',
  async (from, to) => {
    const before = await stack.startWorker({}, BUILDS[from]);
    const run = await api.start({ agent: 'self_check', input: { steps: 4, delay_ms: 3000 } });
    await api.until(run.id, ({ progress }) => progress?.done >= 1);
    await before.end();
    const after = await stack.startWorker({}, BUILDS[to]);
    await expectRightEnd(stack, api, run.id, 'completed');
    const [row] = await stack.query('SELECT restarted_for FROM agent_runs WHERE id = $1', [run.id]);
    expect(row?.restarted_for).not.toBeNull();
    const told = (await api.events(run.id)).filter(({ data }) => data.found === 'flow_changed');
    expect(told).toMatchObject([{ type: 'background_run_recovered', data: { build: row?.restarted_for } }]);
    await expectVerified(api, run.id, 'temporal');
    const signed = await stack.query<{ seq: number }>(
      `SELECT (r->>'seq')::int AS seq FROM audit_chain, jsonb_array_elements(facts->'receipts') r
        WHERE run_id = $1 AND kind = 'attested'`,
      [run.id],
    );
    expect(signed.map(({ seq }) => seq)).toEqual(told.map(({ seq }) => seq));
    await after.end();
  },
  180_000,
);

test('a run under way goes on where it was on another build with the same flow, once its own has ended', async () => {
  const before = await stack.startWorker();
  const run = await api.start({ agent: 'self_check', input: { steps: 6, delay_ms: 2000 } });
  await api.until(run.id, ({ progress }) => progress?.done >= 1);
  const after = await stack.startWorker({}, sameFlow.dist);
  await before.end();
  await expectRightEnd(stack, api, run.id, 'completed');
  expect(await buildOf(run.id)).toBe('same-flow');
  expect(await restartedFor(run.id)).toBeNull();
  await after.end();
}, 120_000);

test('two builds side by side: runs stay with the build that began them, new ones go to the newer, and all to the older once that ends', async () => {
  const old = await stack.startWorker();
  const early = await api.start({ agent: 'self_check', input: { steps: 10, delay_ms: 2000 } });
  await api.until(early.id, ({ progress }) => progress?.done >= 1);
  const shipped = await buildOf(early.id);
  const young = await stack.startWorker({}, changedFlow.dist);
  await vi.waitFor(async () => expect(await current()).toBe('changed-flow'), LONG);

  const again = await stack.startWorker();
  const late = await api.start({ agent: 'self_check', input: { steps: 20, delay_ms: 1500 } });
  await api.until(late.id, ({ progress }) => progress?.done >= 1);
  expect(await buildOf(late.id)).toBe('changed-flow');
  await expectRightEnd(stack, api, early.id, 'completed');
  expect(await buildOf(early.id)).toBe(shipped);
  expect(await restartedFor(early.id)).toBeNull();
  expect(await current()).toBe('changed-flow');

  await young.end();
  const next = await api.start({ agent: 'self_check' });
  await expectRightEnd(stack, api, next.id, 'completed');
  expect(await buildOf(next.id)).toBe(shipped);
  await expectRightEnd(stack, api, late.id, 'completed');
  expect(await buildOf(late.id)).toBe(shipped);
  expect(await restartedFor(late.id)).toBe(shipped);
  await old.end();
  await again.end();
}, 240_000);

test('a run of an agent that the worker does not know waits, says so, and completes on a worker that does', async () => {
  const before = await stack.startWorker({}, withoutAgent.dist);
  const run = await api.start({ agent: 'self_check' });
  const waiting = await api.until(run.id, ({ wait_reason }) => wait_reason?.code === 'agent_not_on_worker');
  expect(waiting).toMatchObject({ status: 'queued', attempt: 0 });
  await before.end();
  const after = await stack.startWorker();
  await expectRightEnd(stack, api, run.id, 'completed');
  await after.end();
}, 120_000);

/** Returns the build of the run's last worker, which still polls. */
async function buildOf(run_id: string): Promise<unknown> {
  const [row] = await stack.query(
    'SELECT w.build FROM agent_runs r JOIN workers w ON w.identity = r.worker WHERE r.id = $1',
    [run_id],
  );
  return row?.build;
}

async function restartedFor(run_id: string): Promise<unknown> {
  const [row] = await stack.query('SELECT restarted_for FROM agent_runs WHERE id = $1', [run_id]);
  return row?.restarted_for;
}

/** The build on which Temporal lets workflows begin. */
async function current(): Promise<string | undefined> {
  return withTemporal(stack.parts.temporal, async ({ workflowService }) => {
    const { workerDeploymentInfo } = await workflowService.describeWorkerDeployment({
      namespace: 'default',
      deploymentName: stack.name,
    });
    return workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? undefined;
  });
}
