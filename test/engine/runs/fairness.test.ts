import { expect, inject, test } from 'vitest';
import { openHistory, withTemporal } from '../../support/temporal-client.js';
import { useApi } from '../../support/use-api.js';

const used = useApi();
/** The number of workflow tasks that one worker works on at a time. */
const CAPACITY = 40;

const turnOf = (id: string) =>
  withTemporal(inject('temporal'), async (client) => {
    const { events } = await openHistory(client, id);
    return events?.[0]?.workflowExecutionStartedEventAttributes?.priority;
  });

test('a run of one organisation starts among the next, whatever another has waiting', async () => {
  const [greedy, modest] = [
    await used.stack.seed('Greedy', 'g@greedy.test'),
    await used.stack.seed('Modest', 'm@modest.test'),
  ];
  const [a, b] = [used.stack.caller(used.url, greedy.api_key), used.stack.caller(used.url, modest.api_key)];
  for (let batch = 0; batch < 10; batch += 1) {
    await Promise.all(
      Array.from({ length: 50 }, () => a.start({ agent: 'self_check', priority: 'CRITICAL' })),
    );
  }
  const run = await b.start({ agent: 'self_check' });
  await b.until(run.id, ({ dispatched_at }) => dispatched_at !== null);
  await used.stack.startWorker();
  await b.ended(run.id, 90_000);
  const [{ before }] = (await used.stack.query<{ before: number }>(
    `SELECT count(*)::int AS before FROM agent_runs a, agent_runs b
      WHERE a.organisation_id = $1 AND b.id = $2 AND a.started_at < b.started_at`,
    [greedy.organisation_id, run.id],
  )) as [{ before: number }];
  console.info(`${before} of 500 critical runs of the other organisation began before the one default run`);
  expect(before).toBeLessThan(2 * CAPACITY);
}, 180_000);

test("only a server administrator's CRITICAL goes before all tenants; a tenant's priority weighs its own queues", async () => {
  const { organisation_id } = used.stack.tenant;
  const alert = await used.api.start({ agent: 'self_check', priority: 'CRITICAL' });
  const plain = await used.api.start({ agent: 'self_check', priority: 'LOW' });
  await Promise.all([used.api.ended(alert.id), used.api.ended(plain.id)]);
  expect(await turnOf(alert.id)).toMatchObject({ priorityKey: 1, fairnessKey: organisation_id });
  expect(await turnOf(plain.id)).toMatchObject({
    priorityKey: 3,
    fairnessKey: `${organisation_id}/low`,
    fairnessWeight: 0.5,
  });
  const tenant = await used.stack.seed('Third', 't@third.test');
  const api = used.stack.caller(used.url, tenant.api_key);
  const critical = await api.start({ agent: 'self_check', priority: 'CRITICAL' });
  await api.ended(critical.id);
  expect(await turnOf(critical.id)).toMatchObject({
    priorityKey: 3,
    fairnessKey: `${tenant.organisation_id}/critical`,
    fairnessWeight: 2,
  });
}, 120_000);
