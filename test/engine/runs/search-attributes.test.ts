import { Client, Connection } from '@temporalio/client';
import { msNumberToTs } from '@temporalio/common/lib/time.js';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { sharedParts } from '../../support/private-parts.js';
import { LONG, TestStack } from '../../support/stack.js';

let connection: Connection;
const stacks: TestStack[] = [];

beforeAll(async () => {
  connection = await Connection.connect({ address: inject('temporal') });
});
afterAll(async () => {
  for (const stack of stacks) await stack.close();
  await connection.close();
});

/** A namespace as an operator makes it: it knows no search attribute of the product. */
async function bareNamespace(namespace: string): Promise<TestStack> {
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msNumberToTs(86_400_000),
  });
  const client = new Client({ connection, namespace });
  const ready = () => connection.operatorService.listSearchAttributes({ namespace });
  await vi.waitFor(async () => {
    await client.workflow.count();
    expect(Object.keys((await ready()).customAttributes).join()).not.toContain('Nightshift');
  }, LONG);
  const stack = new TestStack(sharedParts(), { TEMPORAL_NAMESPACE: namespace });
  stacks.push(stack);
  await stack.open();
  return stack;
}

test('a namespace without the search attributes gets them, and runs complete', async () => {
  const stack = await bareNamespace('bare');
  const [{ url }] = await Promise.all([stack.startApi(), stack.startWorker()]);
  const api = stack.caller(url);
  const run = await api.start({ agent: 'self_check' });
  expect(await api.ended(run.id, 60_000)).toMatchObject({ status: 'completed' });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'bare' });
  expect(Object.keys(customAttributes)).toEqual(
    expect.arrayContaining(['NightshiftAgent', 'NightshiftLabels', 'NightshiftOrganisation']),
  );
}, 120_000);

test('where the namespace takes none, log, health and run say what an operator has to do', async () => {
  const stack = await bareNamespace('full');
  const others = Array.from({ length: 10 }, (_, index) => [`Other${index}`, 2]);
  await connection.operatorService.addSearchAttributes({
    namespace: 'full',
    searchAttributes: Object.fromEntries(others),
  });
  const { url, program } = await stack.startApi();
  const api = stack.caller(url);
  const run = await api.start({ agent: 'self_check' });
  const COMMAND =
    'temporal operator search-attribute create --namespace full --name NightshiftAgent --type Keyword';
  const waiting = await api.until(run.id, ({ wait_reason }) => wait_reason?.code === 'engine_refused');
  expect(waiting.wait_reason.message).toContain(COMMAND);
  await vi.waitFor(async () => {
    const ready = await api.get('/api/health/ready');
    expect(ready.status).toBe(503);
    expect(JSON.stringify(ready.body.details.temporal)).toContain(COMMAND);
    expect(program.log).toContain(COMMAND);
  }, LONG);
}, 120_000);
