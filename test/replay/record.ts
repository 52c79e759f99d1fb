import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { historyCodec } from '../../src/platform/temporal/engine.js';
import { publishedAgent } from '../engine/agents/own-agents.js';
import { bind, scheduleOf, untilTicks } from '../engine/schedules/followed-schedules.js';
import { useStack } from '../support/stack.js';
import { openHistory, withTemporal } from '../support/temporal-client.js';
import { shapes } from './shapes.js';

/**
 * This file is a tool and no check: `RECORD_HISTORIES=all npm test test/replay/record` runs every shape and writes its
 * history.
 */
const used = useStack({ OPERATING_BACKGROUND_ENABLED: 'true' });

/** The others are run all the same: what comes later may need what they leave. */
const wanted = (process.env.RECORD_HISTORIES ?? '').split(',');

for (const [name, { request, cancel, custom, ends }] of Object.entries(shapes)) {
  test(`record ${name}`, async () => {
    if (custom) await publishedAgent(used.api, 'own', custom);
    const { project_id } = used.stack.tenant;
    const asked = typeof request === 'function' ? await request(used.api, project_id) : request;
    const run = await used.api.start({ agent: 'self_check', project_id, ...asked });
    if (cancel) {
      await used.api.until(run.id, ({ status }) => status === 'running');
      await used.api.post(`/api/agent-runs/${run.id}/cancel`);
    }
    expect(await used.api.ended(run.id)).toMatchObject({ status: ends });
    await record(name, run.id);
  });
}

test('record tick', async () => {
  await bind(used.api, 'organisation', { schedule: { kind: 'interval', every_seconds: 10 } });
  const { id } = await scheduleOf(used.api, 'self_check');
  await untilTicks(used.api, id, (ticks) => ticks.filter(({ run }) => run));
  const [{ cadence_id }] = (await used.stack.query('SELECT cadence_id FROM schedules WHERE id = $1', [
    id,
  ])) as [{ cadence_id: string }];
  const workflowId = await withTemporal(inject('temporal'), async ({ schedule }) => {
    const { info } = await schedule.getHandle(`cadence-${cadence_id}`).describe();
    return info.recentActions[0]?.action.workflow.workflowId ?? '';
  });
  await record('tick', workflowId);
});

async function record(name: string, workflowId: string): Promise<void> {
  if (!wanted.includes('all') && !wanted.includes(name)) return;
  await withTemporal(inject('temporal'), async (client) => {
    await client.workflow
      .getHandle(workflowId)
      .result()
      .catch(() => undefined);
    const history = historyCodec.encode(await openHistory(client, workflowId)).finish();
    writeFileSync(join(import.meta.dirname, 'histories', `${name}.bin`), history);
  });
}
