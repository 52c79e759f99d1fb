import { describe, expect, test } from 'vitest';
import { useStack } from '../../support/stack.js';

const used = useStack();
const types = (events: { type: string }[]) => events.map(({ type }) => type.replace('background_run_', ''));

describe('the life of a run', () => {
  test('a run goes from request to completion, with its events in order', async () => {
    const run = await used.api.start({ agent: 'self_check' });
    expect(run).toMatchObject({ agent: 'self_check', status: 'queued', trigger: 'api', attempt: 0 });
    const ended = await used.api.ended(run.id);
    expect(ended).toMatchObject({
      status: 'completed',
      attempt: 1,
      error: null,
      wait_reason: null,
      result: { steps_done: 1, effects: 1, model_calls: 0 },
      progress: { percent: 100, done: 1, total: 1 },
      usage: { model_calls: 0, models: [] },
    });
    const events = await used.api.events(run.id);
    expect(types(events)).toEqual(['queued', 'claimed', 'started', 'completed']);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(events.map(({ status }) => status)).toEqual(['queued', 'queued', 'running', 'completed']);
  });

  test('steps that fail are retried in further attempts, and no effect is made twice', async () => {
    const run = await used.api.start({
      agent: 'self_check',
      input: { steps: 3, fail_step: 2, fail_times: 2 },
    });
    const ended = await used.api.ended(run.id);
    expect(ended).toMatchObject({ status: 'completed', attempt: 3, result: { steps_done: 3, effects: 3 } });
    const { attempts } = (await used.api.get(`/api/agent-runs/${run.id}/attempts`)).body;
    expect(attempts.map((one: { status: string }) => one.status)).toEqual(['failed', 'failed', 'completed']);
    expect(attempts[0].error).toMatchObject({
      code: 'step_failed',
      step: 'step-2',
      attempt: 1,
      retryable: true,
    });
    expect(types(await used.api.events(run.id))).toEqual([
      'queued',
      'claimed',
      'started',
      'retrying',
      'retrying',
      'completed',
    ]);
  });

  test('a run whose attempts are used up fails with its error in full', async () => {
    const run = await used.api.start({ agent: 'self_check', input: { steps: 2, fail_step: 2 } });
    const ended = await used.api.ended(run.id);
    expect(ended).toMatchObject({
      status: 'failed',
      attempt: 3,
      result: null,
      error: { code: 'step_failed', step: 'step-2', attempt: 3, retryable: true },
    });
    expect(ended.error.message).toContain('step 2');
    expect(ended.progress).toMatchObject({ done: 1, total: 2 });
  });

  test('a run that is cancelled ends as cancelled, and stays so', async () => {
    const run = await used.api.start({ agent: 'self_check', input: { steps: 100, delay_ms: 1000 } });
    await used.api.until(run.id, ({ status }) => status === 'running');
    expect((await used.api.post(`/api/agent-runs/${run.id}/cancel`)).status).toBe(200);
    const ended = await used.api.ended(run.id);
    expect(ended).toMatchObject({ status: 'cancelled', error: { code: 'run_cancelled' } });
    expect((await used.api.post(`/api/agent-runs/${run.id}/cancel`)).status).toBe(200);
    expect(types(await used.api.events(run.id)).at(-1)).toBe('cancelled');
  });

  test('a run that takes longer than its timeout ends as timed out', async () => {
    const run = await used.api.start({
      agent: 'self_check',
      input: { steps: 5, delay_ms: 60_000 },
      timeout_seconds: 1,
    });
    const ended = await used.api.ended(run.id);
    expect(ended).toMatchObject({ status: 'timed_out', error: { code: 'run_timed_out', retryable: false } });
    expect(types(await used.api.events(run.id)).at(-1)).toBe('timeout');
  });

  test('many small steps make few progress events', async () => {
    const run = await used.api.start({ agent: 'self_check', input: { steps: 100 } });
    const ended = await used.api.ended(run.id);
    expect(ended.result).toMatchObject({ steps_done: 100, effects: 100 });
    const beats = types(await used.api.events(run.id)).filter((type) => type === 'heartbeat');
    const seconds = (Date.parse(ended.finished_at) - Date.parse(ended.started_at)) / 1000;
    expect(beats.length).toBeLessThanOrEqual(Math.ceil(seconds));
  });

  test('model calls are counted with their tokens, and labelled with the model that answered', async () => {
    const run = await used.api.start({ agent: 'self_check', input: { model_calls: 2 } });
    const ended = await used.api.ended(run.id);
    expect(ended.usage).toMatchObject({ model_calls: 2, models: ['offline model'], cost_usd: 0 });
    expect(ended.usage.input_tokens).toBeGreaterThan(0);
    expect(ended.result.notes).toHaveLength(2);
  });

  test('a rerun is a new run that names the one it repeats', async () => {
    const run = await used.api.start({ agent: 'self_check', input: { steps: 2 }, labels: ['nightly'] });
    await used.api.ended(run.id);
    const answer = await used.api.post(`/api/agent-runs/${run.id}/rerun`);
    expect(answer.status).toBe(201);
    const [again] = answer.body.agent_runs;
    expect(again).toMatchObject({ rerun_of: run.id, input: { steps: 2 }, labels: ['nightly'] });
    expect(again.id).not.toBe(run.id);
    expect(await used.api.ended(again.id)).toMatchObject({ status: 'completed' });
  });
});
