import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharedParts } from '../../support/private-parts.js';
import { TestStack } from '../../support/stack.js';
import { withTemporal } from '../../support/temporal-client.js';

const stack = new TestStack(sharedParts(), { TEMPORAL_WORKER_VERSIONING: 'false' });
beforeAll(() => stack.open());
afterAll(() => stack.close());

test('with a Temporal server that has no worker deployments, runs end without one', async () => {
  const api = stack.caller((await stack.startApi()).url);
  await stack.startWorker();
  const run = await api.start({ agent: 'self_check' });
  expect(await api.ended(run.id)).toMatchObject({ status: 'completed' });
  await withTemporal(stack.parts.temporal, async ({ workflowService }) => {
    const described = workflowService.describeWorkerDeployment({
      namespace: 'default',
      deploymentName: stack.name,
    });
    await expect(described).rejects.toThrow('NOT_FOUND');
  });
});
