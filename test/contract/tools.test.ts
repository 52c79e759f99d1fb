import { MockActivityEnvironment } from '@temporalio/testing';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PostgresModelCallStore } from '../../src/engine/runs/model-call.store.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { TOOL_EFFECTS } from '../../tools/declared.js';
import { tools } from '../../tools/index.js';
import { type AnyTool, createTools } from '../../tools/tool.js';
import { runRow } from '../engine/reports/rows.js';
import type { Caller } from '../support/caller.js';
import { sharedParts } from '../support/private-parts.js';
import { TestStack } from '../support/stack.js';
import { newTicket } from '../workspace/new-items.js';
import { differences, rowsOf, TableReader, type Tables } from './tables.js';

/** Every tool is tried in the same ways: its input and its effect are what it declares. */
const stack = new TestStack(sharedParts());
let db: ReturnType<typeof createDataSource>;
let reader: TableReader;
let api: Caller;
let run_id: string;
let use: Record<string, (args: object) => Promise<unknown>>;

beforeAll(async () => {
  await stack.open();
  db = await createDataSource(stack.database, 3).initialize();
  reader = await TableReader.open(db);
  const { url } = await stack.startApi();
  api = stack.caller(url);
  await newTicket(api, stack.tenant.project_id, { title: 'The door is stuck' });
  const openai = new OpenAI({ apiKey: 'offline', baseURL: stack.parts.model, maxRetries: 0 });
  const models = { reasoning: 'reasoning', fast: 'fast', embedding: 'embedding' };
  const provider = () => ({ openai, style: 'responses' as const, models });
  const activities = createTools(tools, { db, provider, calls: new PostgresModelCallStore(db) });
  use = Object.fromEntries(
    Object.entries(activities).map(([name, activity]) => [
      name,
      (args: object) => new MockActivityEnvironment().run(activity, { run_id, ...args }),
    ]),
  );
});
afterAll(async () => {
  await db.destroy();
  await stack.close();
});
beforeEach(async () => {
  run_id = await runRow(stack, { status: 'running' });
});

const read = (): Promise<Tables> => reader.read(stack.tenant.organisation_id);
const refused = { type: 'agent_defect', nonRetryable: true };

test('each tool is declared under its name and with its effect', () => {
  expect(Object.fromEntries(tools.map(({ name, effect }) => [name, effect]))).toEqual(TOOL_EFFECTS);
});

describe.each(tools.map((tool): [string, AnyTool] => [tool.name, tool]))('%s', (name, tool) => {
  test('refuses an input that it does not declare, names the field and writes nothing', async () => {
    const before = await read();
    const [field] = Object.keys(tool.example);
    await expect(use[name]!({ ...tool.example, no_such_field: 1 })).rejects.toMatchObject(refused);
    if (field) {
      const wrong = use[name]!({ ...tool.example, [field]: { of: 'another kind' } });
      await expect(wrong).rejects.toMatchObject({ ...refused, message: expect.stringContaining(field) });
    }
    expect(differences(before, await read())).toEqual([]);
  });

  test('has the effect that it declares, and none when it is called again', async () => {
    const before = await read();
    const first = await use[name]!(tool.example);
    const after = await read();
    const changed = differences(before, after);
    if (tool.effect === 'read' || tool.effect === 'scan') expect(changed).toEqual([]);
    else
      expect(
        changed.every((change) => change.startsWith('agent_run_')),
        changed.join(),
      ).toBe(true);
    const again = await use[name]!(tool.example);
    // A reading tool tells what holds now; the others answer from the record.
    if (tool.effect !== 'read' && tool.effect !== 'scan') expect(again).toEqual(first);
    expect(differences(after, await read())).toEqual([]);
  });

  test('a run of another organisation reaches nothing of this one', async () => {
    const other = await stack.seed('Globex', 'owner@globex.test');
    const { organisation_id, project_id } = other;
    run_id = await runRow(stack, { organisation_id, project_id, user_id: null, status: 'running' });
    const before = await read();
    const answer = await use[name]!(tool.example);
    expect(JSON.stringify(answer)).not.toContain(stack.tenant.project_id);
    expect(differences(before, await read())).toEqual([]);
  });
});

test('chunks of another organisation are not embedded', async () => {
  const [chunk] = rowsOf(await read(), 'chunks');
  const chunk_ids = [chunk?.id];
  const { organisation_id, project_id } = await stack.seed('Initech', 'owner@initech.test');
  const own = run_id;
  run_id = await runRow(stack, { organisation_id, project_id, user_id: null, status: 'running' });
  expect(await use.indexChunks!({ key: 'theirs', chunk_ids })).toMatchObject({ count: 0 });
  run_id = own;
  expect(await use.indexChunks!({ key: 'ours', chunk_ids })).toMatchObject({ count: 1 });
});

test('a run that a clock made shorter than nothing is no fault of the day', async () => {
  const day = '2026-03-02';
  const [started_at, finished_at] = [`${day}T10:00:01Z`, `${day}T10:00:00Z`];
  await runRow(stack, { started_at, finished_at });
  expect(await use.projectDay!({ day })).toMatchObject({ durations: { median_ms: -1000 } });
});
