import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharedParts } from '../../support/private-parts.js';
import { TestStack } from '../../support/stack.js';

let stack: TestStack;
beforeAll(async () => {
  stack = new TestStack(sharedParts());
  await stack.open();
});
afterAll(() => stack.close());

test('an answer recorded without its facts, as an earlier version did, is asked for again', async () => {
  const { url } = await stack.startApi();
  const api = stack.caller(url);
  const checkIn = async () => {
    const { body } = await api.post(`/api/projects/${stack.tenant.project_id}/checkins`, {
      body: 'The locker report is done.',
    });
    return body.agent_runs[0].id as string;
  };
  const worker = await stack.startWorker();
  const first = await api.ended(await checkIn());
  expect(first.status, JSON.stringify(first.error)).toBe('completed');
  const [{ key }] = (await stack.query(
    `SELECT key FROM agent_run_model_calls WHERE run_id = $1 AND kind = 'respond'`,
    [first.id],
  )) as [{ key: string }];
  await worker.end();
  const id = await checkIn();
  await stack.query(
    `INSERT INTO agent_run_model_calls (run_id, key, kind, tries, requested_model, model, status, input_tokens, output_tokens,
       duration_ms, response) VALUES ($1, $2, 'respond', 1, 'fast', 'offline model', 'answered', 1, 1, 1, $3::jsonb)`,
    [id, key, JSON.stringify(JSON.stringify({ coaching: 'x' }))],
  );
  await stack.startWorker();
  const run = await api.ended(id);
  expect(run.status, JSON.stringify(run.error)).toBe('completed');
  expect(
    await stack.query(`SELECT tries FROM agent_run_model_calls WHERE run_id = $1 AND key = $2`, [id, key]),
  ).toEqual([{ tries: 2 }]);
});
