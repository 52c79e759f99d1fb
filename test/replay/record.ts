import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { expect, inject, test } from 'vitest';
import { historyCodec } from '../../src/temporal/engine.js';
import { publishedAgent } from '../agents/answers.js';
import { useStack } from '../support/stack.js';
import { shapes } from './shapes.js';

/** Not a check but a tool: `RECORD_HISTORIES=1 npm test test/replay` runs every shape and writes its history down. */
const used = useStack();

for (const [name, { request, cancel, custom, ends }] of Object.entries(shapes)) {
  test(`record ${name}`, async () => {
    if (custom) await publishedAgent(used.api, 'own', custom);
    const { project_id } = used.stack.tenant;
    const run = await used.api.start({ agent: 'self_check', project_id, ...request });
    if (cancel) {
      await used.api.until(run.id, ({ status }) => status === 'running');
      await used.api.post(`/api/agent-runs/${run.id}/cancel`);
    }
    expect(await used.api.ended(run.id)).toMatchObject({ status: ends });
    const connection = await Connection.connect({ address: inject('temporal') });
    const handle = new Client({ connection }).workflow.getHandle(run.id);
    await handle.result().catch(() => undefined);
    const history = await handle.fetchHistory();
    writeFileSync(
      join(import.meta.dirname, 'histories', `${name}.bin`),
      historyCodec.encode(history).finish(),
    );
    await connection.close();
  });
}
