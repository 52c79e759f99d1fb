import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { ModelWorker } from '../../support/model-worker.js';
import { sharedParts } from '../../support/private-parts.js';
import { ScriptedModel } from '../../support/scripted-model.js';
import { TestStack } from '../../support/stack.js';

const stack = new TestStack(sharedParts());
const ticket = z.strictObject({ key: z.string(), status: z.enum(['open', 'closed']), summary: z.string() });
const format = { name: 'ticket', schema: z.toJSONSchema(ticket) as Record<string, unknown> };
let model: ScriptedModel;
let db: ReturnType<typeof createDataSource>;
let run_id: string;

beforeAll(async () => {
  await stack.open();
  model = await ScriptedModel.start();
  db = await createDataSource(stack.database, 3).initialize();
});
afterAll(async () => {
  await db.destroy();
  await model.close();
  await stack.close();
});
beforeEach(async () => {
  run_id = randomUUID();
  await stack.query(
    `INSERT INTO agent_runs (id, organisation_id, agent, trigger, input, priority, labels, timeout_seconds, status, created_at)
     VALUES ($1, $2, 'self_check', 'api', '{}', 5, '{}', 60, 'running', now())`,
    [run_id, stack.tenant.organisation_id],
  );
});

const total = async (): Promise<number> => (await model.calls()).total;

describe.each(['responses', 'chat'] as const)('over the %s API', (style) => {
  let worker: ModelWorker;
  beforeAll(async () => {
    worker = await ModelWorker.start(inject('temporal'), db, model.url, style);
  });
  afterAll(() => worker.close());

  const request = () => ({
    run_id,
    key: 'read',
    model: 'fast',
    instructions: 'Read the ticket.',
    input: 'key: TCK-1042\nstatus: open\nsummary: The export button does nothing on Fridays.',
    format,
  });

  test('structured output fits its schema and is drawn from the input', async () => {
    const { output, model: label, usage } = await worker.respond(request());
    expect(ticket.parse(output)).toMatchObject({ key: 'TCK-1042', status: 'open' });
    expect(label).toBe('offline model');
    expect(usage.input_tokens).toBeGreaterThan(0);
  });

  test('output that does not fit is asked for again', async () => {
    await model.misbehave([{ mode: 'malformed' }, { mode: 'wrong-schema' }]);
    const { output } = await worker.respond(request());
    expect(ticket.safeParse(output).success).toBe(true);
    const [row] = await stack.query('SELECT tries, status FROM agent_run_model_calls WHERE run_id = $1', [
      run_id,
    ]);
    expect(row).toMatchObject({ tries: 3, status: 'answered' });
  });

  test('the same key is answered from the record', async () => {
    const first = await worker.respond(request());
    const before = await total();
    expect(await worker.respond(request())).toEqual(first);
    expect(await total()).toBe(before);
  });
});

describe('embed', () => {
  let worker: ModelWorker;
  beforeAll(async () => {
    worker = await ModelWorker.start(inject('temporal'), db, model.url, 'responses');
  });
  afterAll(() => worker.close());

  test('many texts go in batches; a batch that was answered is not asked for again', async () => {
    const texts = Array.from({ length: 130 }, (_, index) => `note ${index}`);
    await model.misbehave([
      { mode: 'ok', endpoint: 'embeddings' },
      { mode: '500', endpoint: 'embeddings' },
    ]);
    const before = await total();
    const answer = await worker.embed({ run_id, key: 'notes', texts });
    expect(answer).toMatchObject({ count: 130, dimensions: 512, model: 'offline model' });
    expect((await total()) - before).toBe(3);
    const rows = await stack.query<{ key: string; vectors: number }>(
      `SELECT key, jsonb_array_length(response->'vectors') AS vectors FROM agent_run_model_calls WHERE run_id = $1 ORDER BY key`,
      [run_id],
    );
    expect(rows).toEqual([
      { key: 'notes/0', vectors: 128 },
      { key: 'notes/1', vectors: 2 },
    ]);
  }, 120_000);

  test('no texts need no call', async () => {
    const before = await total();
    expect(await worker.embed({ run_id, key: 'none', texts: [] })).toMatchObject({ count: 0 });
    expect(await total()).toBe(before);
  });
});
