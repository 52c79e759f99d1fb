import { defaultPayloadConverter } from '@temporalio/common';
import { expect, inject, test } from 'vitest';
import { useStack } from '../../support/stack.js';
import { withTemporal } from '../../support/temporal-client.js';

const used = useStack();

test('Temporal gets tenant, agent and priority, so that operators find runs and tenants share fairly', async () => {
  const { project_id, organisation_id } = used.stack.tenant;
  const run = await used.api.start({
    agent: 'self_check',
    project_id,
    target: { type: 'doc', id: 'doc-7' },
    labels: ['nightly', 'blue'],
    priority: 'CRITICAL',
  });
  await used.api.ended(run.id);
  const history = await withTemporal(inject('temporal'), (client) =>
    client.workflow.getHandle(run.id).fetchHistory(),
  );
  const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  expect(started?.priority).toMatchObject({ priorityKey: 1, fairnessKey: organisation_id });
  const fields = Object.entries(started?.searchAttributes?.indexedFields ?? {});
  const found = Object.fromEntries(
    fields.map(([name, payload]) => [name, defaultPayloadConverter.fromPayload(payload as never)]),
  );
  expect(found).toMatchObject({
    NightshiftAgent: 'self_check',
    NightshiftOrganisation: organisation_id,
    NightshiftProject: project_id,
    NightshiftTarget: 'doc:doc-7',
    NightshiftTrigger: 'api',
    NightshiftLabels: ['nightly', 'blue'],
  });
});

test('histories hold references: a large input does not make the start of the workflow large', async () => {
  const target = { type: 'doc', id: 'x'.repeat(200) };
  const run = await used.api.start({ agent: 'self_check', target });
  await used.api.ended(run.id);
  const history = await withTemporal(inject('temporal'), (client) =>
    client.workflow.getHandle(run.id).fetchHistory(),
  );
  const [payload] = history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  expect(payload?.data?.length ?? 0).toBeLessThan(600);
});
