import { expect, inject, test, vi } from 'vitest';
import type { Json } from '../../support/caller.js';
import { expectVerified } from '../../support/effects.js';
import { LONG, useStack } from '../../support/stack.js';
import { forget, withTemporal } from '../../support/temporal-client.js';

const used = useStack();
const slow = { steps: 50, delay_ms: 1000 };

async function running(request: object): Promise<string> {
  const { id } = await used.api.start({ agent: 'self_check', ...request });
  await used.api.until(id, ({ status }) => status === 'running');
  return id;
}

/** One run for each way a run can end, driven to that end. */
const endings: Record<string, () => Promise<string>> = {
  completed: async () =>
    (await used.api.start({ agent: 'self_check', input: { steps: 3, model_calls: 1 } })).id,
  retried: async () =>
    (await used.api.start({ agent: 'self_check', input: { steps: 2, fail_step: 1, fail_times: 1 } })).id,
  failed: async () => (await used.api.start({ agent: 'self_check', input: { fail_step: 1 } })).id,
  timed_out: async () => running({ input: slow, timeout_seconds: 1 }),
  cancelled: async () => {
    const id = await running({ input: slow });
    await used.api.post(`/api/agent-runs/${id}/cancel`);
    return id;
  },
  terminated: async () => {
    const id = await running({ input: slow });
    await withTemporal(inject('temporal'), (client) =>
      client.workflow.getHandle(id).terminate('by an operator'),
    );
    return id;
  },
};

/** The tamperings with rows, each with the event that it touches. */
const tamperings: Record<string, [sql: string, seq: number]> = {
  'a changed fact': [
    `UPDATE agent_run_events SET data = '{"worker": "another"}' WHERE run_id = $1 AND seq = 2`,
    2,
  ],
  'a moved time': [
    `UPDATE agent_run_events SET at = at - interval '1 second' WHERE run_id = $1 AND seq = 3`,
    3,
  ],
  'a changed end': [`UPDATE agent_run_events SET status = 'failed' WHERE run_id = $1 AND seq = 4`, 4],
  'a deleted event': [`DELETE FROM agent_run_events WHERE run_id = $1 AND seq = 3`, 3],
  'a run that failed, rewritten as one found closed': [
    `UPDATE agent_run_events SET data = '{"found": "workflow_closed", "closed_as": "COMPLETED"}' WHERE run_id = $1 AND seq = 4`,
    4,
  ],
  'an invented end': [
    `INSERT INTO agent_run_events (run_id, seq, type, at, status, attempt, data, organisation_id, user_id, written_by)
     SELECT run_id, 5, 'background_run_failed', at, 'failed', attempt, '{"found": "workflow_closed", "closed_as": "COMPLETED"}',
            organisation_id, user_id, 'reconciler/x'
       FROM agent_run_events WHERE run_id = $1 AND seq = 4`,
    5,
  ],
  'an invented event': [
    `INSERT INTO agent_run_events (run_id, seq, type, at, status, attempt, data, organisation_id, user_id, written_by)
     SELECT run_id, 5, 'background_run_heartbeat', at, status, attempt, data, organisation_id, user_id, 'nobody'
       FROM agent_run_events WHERE run_id = $1 AND seq = 4`,
    5,
  ],
};

async function audit(id: string): Promise<Json> {
  return (await used.api.get(`/api/agent-runs/${id}/audit`)).body;
}

const mismatches = ({ events }: Json) =>
  events.filter((event: Json) => event.verdict === 'mismatch').map((event: Json) => event.seq);

test('every event of every ending is proven, tampering is found, and both stay so when Temporal has forgotten', async () => {
  const proven: Record<string, { id: string; before: Json }> = {};
  for (const [name, drive] of Object.entries(endings)) {
    const id = await drive();
    await used.api.ended(id);
    proven[name] = { id, before: await expectVerified(used.api, id, 'temporal') };
  }
  const tampered: Record<string, { id: string; seq: number }> = {};
  for (const [name, [sql, seq]] of Object.entries(tamperings)) {
    const { id } = await used.api.start({ agent: 'self_check' });
    await used.api.ended(id);
    await expectVerified(used.api, id, 'temporal');
    await used.stack.query(sql, [id]);
    const found = await audit(id);
    expect(found, name).toMatchObject({ verdict: 'mismatch', source: 'temporal' });
    expect(mismatches(found), name).toEqual([seq]);
    tampered[name] = { id, seq };
  }

  const all = [...Object.values(proven), ...Object.values(tampered)].map(({ id }) => id);
  await vi.waitFor(async () => {
    const [row] = await used.stack.query(
      'SELECT count(*)::int AS left FROM agent_runs WHERE id = ANY($1) AND archived_at IS NULL',
      [all],
    );
    expect(row?.left).toBe(0);
  }, LONG);
  await forget(inject('temporal'), all);

  for (const [name, { id, before }] of Object.entries(proven)) {
    const after = await expectVerified(used.api, id, 'archive');
    const facts = ({ events }: Json) => events.map((event: Json) => ({ ...event, source: null }));
    expect(facts(after), name).toEqual(facts(before));
  }
  for (const [name, { id, seq }] of Object.entries(tampered)) {
    const found = await audit(id);
    expect(found, name).toMatchObject({ verdict: 'mismatch', source: 'archive' });
    expect(mismatches(found), name).toEqual([seq]);
  }
}, 240_000);

test.each([
  ['its result', `UPDATE agent_runs SET result = '{"done": 99}' WHERE id = $1`],
  ['its usage', `UPDATE agent_runs SET usage = jsonb_set(usage, '{model_calls}', '99') WHERE id = $1`],
  ['an error', `UPDATE agent_runs SET error = '{"code": "internal", "message": "x"}' WHERE id = $1`],
  ['its status', `UPDATE agent_runs SET status = 'failed' WHERE id = $1`],
  ['what it was asked', `UPDATE agent_runs SET input = '{"steps": 2}' WHERE id = $1`],
  ['its labels', `UPDATE agent_runs SET labels = '{other}' WHERE id = $1`],
  ['whose it is', `UPDATE agent_runs SET user_id = NULL WHERE id = $1`],
  ['its beginning', `UPDATE agent_runs SET started_at = started_at - interval '1 second' WHERE id = $1`],
  ['its end', `UPDATE agent_runs SET finished_at = finished_at + interval '1 hour' WHERE id = $1`],
])('what the feed shows of a run is proven, too: a change of %s is found', async (_, sql) => {
  const { id } = await used.api.start({ agent: 'self_check', input: { steps: 1, model_calls: 1 } });
  await used.api.ended(id);
  expect(await expectVerified(used.api, id, 'temporal')).toMatchObject({ run: { verdict: 'verified' } });
  await used.stack.query(sql, [id]);
  const found = await audit(id);
  expect(found).toMatchObject({ verdict: 'mismatch', run: { verdict: 'mismatch' } });
  expect(mismatches(found)).toEqual([]);
});

test('a workflow that is reset while it runs is followed to its later executions, and all of them are archived', async () => {
  const id = await running({ input: { steps: 20, delay_ms: 200 } });
  await used.api.until(id, ({ progress }) => (progress?.done ?? 0) >= 3);
  await withTemporal(inject('temporal'), async (client) => {
    const { events } = await client.workflow.getHandle(id).fetchHistory();
    const task = events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId;
    await client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: id },
      reason: 'a test',
      workflowTaskFinishEventId: task ?? null,
      requestId: id,
    });
  });
  expect(await used.api.ended(id)).toMatchObject({ status: 'completed' });
  await expectVerified(used.api, id, 'temporal');
  await vi.waitFor(async () => {
    const kept = await used.stack.query('SELECT 1 FROM agent_run_histories WHERE run_id = $1', [id]);
    expect(kept).toHaveLength(2);
  }, LONG);
  await forget(inject('temporal'), [id]);
  await expectVerified(used.api, id, 'archive');
});

test('without Temporal nothing is a mismatch: a run that is not archived yet is pending with the reason', async () => {
  const { id } = await used.api.start({ agent: 'self_check' });
  await used.api.ended(id);
  // The row looks as if the run had ended just now, so the archiver leaves it alone.
  await vi.waitFor(async () => {
    const [left] = await used.stack.query(
      `WITH run AS (UPDATE agent_runs SET archived_at = NULL, finished_at = now() + interval '1 hour'
                     WHERE id = $1 AND archived_at IS NOT NULL RETURNING id),
            gone AS (DELETE FROM agent_run_histories WHERE run_id IN (SELECT id FROM run))
       DELETE FROM audit_chain WHERE run_id IN (SELECT id FROM run) RETURNING run_id`,
      [id],
    );
    expect(left).toBeDefined();
  }, LONG);
  const { url } = await used.stack.startApi({ TEMPORAL_ADDRESS: '127.0.0.1:9' });
  const { body } = await used.stack.caller(url).get(`/api/agent-runs/${id}/audit`);
  expect(body).toMatchObject({
    verdict: 'pending',
    reason: expect.stringContaining('Temporal'),
    run: { verdict: 'pending' },
  });
});

test('a workflow ended from outside ends its run, with the reason and a recovery', async () => {
  const id = (await endings.terminated?.()) ?? '';
  const run = await used.api.ended(id);
  expect(run).toMatchObject({ status: 'failed', error: { code: 'workflow_terminated', retryable: false } });
  const types = (await used.api.events(id)).map(({ type }) => type);
  expect(types.slice(-2)).toEqual(['background_run_recovered', 'background_run_failed']);
  const { attempts } = (await used.api.get(`/api/agent-runs/${id}/attempts`)).body;
  expect(attempts).toMatchObject([{ number: 1, status: 'failed', error: { code: 'workflow_terminated' } }]);
});

test('a run under way is no mismatch for events that history does not hold yet', async () => {
  const id = await running({ input: slow });
  expect(['pending', 'verified']).toContain((await audit(id)).verdict);
  await used.api.post(`/api/agent-runs/${id}/cancel`);
  await used.api.ended(id);
});

test('an invented event beside the end of a terminated workflow is found', async () => {
  for (const status of ['running', 'failed']) {
    const id = (await endings.terminated?.()) ?? '';
    await used.api.ended(id);
    await expectVerified(used.api, id, 'temporal');
    await used.stack.query(
      `INSERT INTO agent_run_events (run_id, seq, type, at, status, attempt, data, organisation_id, user_id, written_by)
       SELECT run_id, (SELECT max(seq) + 1 FROM agent_run_events WHERE run_id = $1), type, at, 'failed', attempt, data,
              organisation_id, user_id, written_by || '/more'
         FROM agent_run_events WHERE run_id = $1 AND status = $2 AND data->>'found' = 'workflow_closed'`,
      [id, status],
    );
    expect((await audit(id)).verdict, status).toBe('mismatch');
  }
}, 60_000);
