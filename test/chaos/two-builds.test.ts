import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Caller, Json } from '../support/caller.js';
import { expectRightEnd, expectVerified } from '../support/effects.js';
import { otherBuild } from '../support/other-build.js';
import { sharedParts } from '../support/private-parts.js';
import { TestStack } from '../support/stack.js';

const stack = new TestStack(sharedParts());
let api: Caller;
const changedFlow = otherBuild('changed-flow', {
  'workflow-bundle.js': (text) =>
    text.replace(
      /async flow\(run, \{ steps, delay_ms, model_calls, fail_step, fail_times \}\) \{/,
      '$& await run.sleep(7); await run.sleep(8);',
    ),
});
const withoutAgent = otherBuild('without-agent', {
  'workflows/agents/index.js': (text) => text.replace(/^ {4}selfCheck,$/m, ''),
});
const BUILDS: Record<string, string | undefined> = { shipped: undefined, changed: changedFlow.src };

beforeAll(async () => {
  await stack.open();
  api = stack.caller((await stack.startApi()).url);
});
afterAll(async () => {
  await stack.close();
  changedFlow.remove();
  withoutAgent.remove();
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
    const { events } = await expectVerified(api, run.id, 'temporal');
    const signed = events.filter(({ proof }: Json) => proof.event_type === 'AuditChainEntry');
    expect(signed.map(({ seq }: Json) => seq)).toEqual(told.map(({ seq }) => seq));
    await after.end();
  },
  180_000,
);

test('a run of an agent that the worker does not know waits, says so, and completes on a worker that does', async () => {
  const before = await stack.startWorker({}, withoutAgent.src);
  const run = await api.start({ agent: 'self_check' });
  const waiting = await api.until(run.id, ({ wait_reason }) => wait_reason?.code === 'agent_not_on_worker');
  expect(waiting).toMatchObject({ status: 'queued', attempt: 0 });
  await before.end();
  const after = await stack.startWorker();
  await expectRightEnd(stack, api, run.id, 'completed');
  await after.end();
}, 120_000);
