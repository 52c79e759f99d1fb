import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { newMember } from '../../platform/auth/people.js';
import type { Json } from '../../support/caller.js';
import { expectProblem } from '../../support/problems.js';
import { useApi } from '../../support/use-api.js';

const used = useApi();
const at = (id: string) => `/api/agent-runs/${id}`;
const types = (events: Json[]) => events.map(({ type }) => type.replace('background_run_', ''));

/** The tests of this block come first: no worker polls yet. */
describe('while no worker runs', () => {
  test('a run waits and says why; cancelled, it ends without having started once a worker is there', async () => {
    const run = await used.api.start({ agent: 'self_check' });
    const waiting = await used.api.until(run.id, ({ dispatched_at }) => dispatched_at !== null);
    expect(waiting).toMatchObject({ status: 'queued', wait_reason: { code: 'no_worker' }, attempt: 0 });

    const asked = await used.api.post(`${at(run.id)}/cancel`);
    expect(asked.status).toBe(200);
    expect(asked.body).toMatchObject({
      id: run.id,
      status: 'queued',
      cancel_requested_at: expect.any(String),
    });
    const twice = await used.api.post(`${at(run.id)}/cancel`);
    expect(twice.status).toBe(200);
    expect(twice.body.cancel_requested_at).toBe(asked.body.cancel_requested_at);
    expect(types(await used.api.events(run.id))).toEqual(['queued']);

    await used.stack.startWorker();
    const ended = await used.api.ended(run.id);
    expect(ended).toMatchObject({
      status: 'cancelled',
      started_at: null,
      wait_reason: null,
      result: null,
      error: { code: 'run_cancelled', retryable: false },
    });
    expect(types(await used.api.events(run.id))).toEqual(['queued', 'cancelled']);
    expect((await used.api.get(`${at(run.id)}/attempts`)).body).toEqual({ attempts: [] });
    expect(await used.stack.query(`SELECT 1 FROM agent_run_effects WHERE run_id = $1`, [run.id])).toEqual([]);
  });
});

describe('cancel', () => {
  test('an ended run cannot be cancelled, and stays what it is', async () => {
    const { id } = await used.api.start({ agent: 'self_check' });
    await used.api.ended(id);
    for (const status of ['completed', 'failed', 'timed_out', 'skipped']) {
      await used.stack.query(`UPDATE agent_runs SET status = $2 WHERE id = $1`, [id, status]);
      const answer = await used.api.post(`${at(id)}/cancel`);
      expectProblem(answer, 'run_already_ended');
      expect(answer.body.detail).toContain(status);
    }
    expect(await used.api.run(id)).toMatchObject({ status: 'skipped', cancel_requested_at: null });
    expect(types(await used.api.events(id))).not.toContain('cancelled');
  });

  test('a cancelled run answers a further cancellation as it answered the first', async () => {
    const { id } = await used.api.start({ agent: 'self_check', input: { delay_ms: 60_000 } });
    await used.api.until(id, ({ status }) => status === 'running');
    const answers = await Promise.all(Array.from({ length: 10 }, () => used.api.post(`${at(id)}/cancel`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.cancel_requested_at)).size).toBe(1);
    const ended = await used.api.ended(id);
    expect(ended.status).toBe('cancelled');
    const again = await used.api.post(`${at(id)}/cancel`);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(await used.api.run(id));
    expect(types(await used.api.events(id))).toEqual(['queued', 'claimed', 'started', 'cancelled']);
  });

  test('a run that is cancelled as it begins or ends has one end, and the answer fits it', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        const { id } = await used.api.start({ agent: 'self_check', input: { steps: 3 } });
        if (index % 3 === 1) await used.api.until(id, ({ attempt }) => attempt === 1);
        if (index % 3 === 2) await used.api.ended(id);
        const answer = await used.api.post(`${at(id)}/cancel`);
        return { answer, run: await used.api.ended(id), events: types(await used.api.events(id)) };
      }),
    );
    for (const { answer, run, events } of outcomes) {
      if (answer.status === 200) expect(['cancelled', 'completed']).toContain(run.status);
      else {
        expectProblem(answer, 'run_already_ended');
        expect(run.status).toBe('completed');
      }
      expect(events.filter((type) => type === 'completed' || type === 'cancelled')).toEqual([run.status]);
      expect(events.at(-1)).toBe(run.status);
    }
  });

  test('an id of no run cannot be cancelled', async () => {
    for (const id of [randomUUID(), 'x', '%00', '..', `${randomUUID()}x`]) {
      expectProblem(await used.api.post(`/api/agent-runs/${encodeURIComponent(id)}/cancel`), 'not_found');
    }
  });

  test('an id is the same in capital letters', async () => {
    const { id } = await used.api.start({ agent: 'self_check' });
    expect(await used.api.run(id.toUpperCase())).toMatchObject({ id });
    await used.api.ended(id);
  });
});

describe('rerun', () => {
  const rerun = async (id: string, key?: string) =>
    used.api.post(`${at(id)}/rerun`, {}, key ? { 'idempotency-key': key } : {});

  test('repeats everything that was asked for, and nothing that became of it', async () => {
    const { project_id } = used.stack.tenant;
    const asked = {
      agent: 'self_check',
      input: { steps: 2, delay_ms: 1 },
      project_id,
      priority: 20,
      labels: ['a'],
      target: { type: 'doc', id: '1' },
      timeout_seconds: 90,
    };
    const first = await used.api.start(asked);
    await used.api.ended(first.id);
    const answer = await rerun(first.id);
    expect(answer.status).toBe(201);
    const [again] = answer.body.agent_runs;
    expect(again).toMatchObject({ ...asked, rerun_of: first.id, status: 'queued', result: null, attempt: 0 });
    expect(await used.api.ended(again.id)).toMatchObject({ status: 'completed', result: { effects: 2 } });
    expect(await used.api.run(first.id)).toMatchObject({ status: 'completed', rerun_of: null });
  });

  test('the same idempotency key makes one rerun, also ten times at once', async () => {
    const { id } = await used.api.start({ agent: 'self_check' });
    await used.api.ended(id);
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => rerun(id, key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.agent_runs[0].id)).size).toBe(1);
    const rows = await used.stack.query(`SELECT id FROM agent_runs WHERE rerun_of = $1`, [id]);
    expect(rows).toHaveLength(1);
    await used.api.ended(answers[0]?.body.agent_runs[0].id);
  });

  test('without a key every rerun is a run of its own; a run under way may be repeated too', async () => {
    const { id } = await used.api.start({ agent: 'self_check', input: { delay_ms: 300 } });
    const answers = await Promise.all([rerun(id), rerun(id)]);
    const ids = [id, ...answers.map(({ body }) => body.agent_runs[0].id)];
    expect(new Set(ids).size).toBe(3);
    for (const one of ids) expect((await used.api.ended(one)).status).toBe('completed');
  });

  test("the key of one run's rerun does not answer for another run's", async () => {
    const [one, two] = await Promise.all([
      used.api.start({ agent: 'self_check' }),
      used.api.start({ agent: 'self_check' }),
    ]);
    const key = randomUUID();
    expect((await rerun(one.id, key)).status).toBe(201);
    expectProblem(await rerun(two.id, key), 'idempotency_conflict');
  });

  test('belongs to the person who requested it', async () => {
    const { id } = await used.api.start({ agent: 'self_check' });
    const colleague = await newMember(used.api, 'member');
    const answer = await colleague.api.post(`${at(id)}/rerun`);
    expect(answer.body.agent_runs[0]).toMatchObject({ user_id: colleague.user_id, rerun_of: id });
    await used.api.ended(answer.body.agent_runs[0].id);
  });

  test('is refused where the project has been archived since, and where there is no such run', async () => {
    const project = (await used.api.post('/api/projects', { name: 'Short-lived' })).body;
    const { id } = await used.api.start({ agent: 'self_check', project_id: project.id });
    await used.api.send('PATCH', `/api/projects/${project.id}`, { archived: true });
    expectProblem(await rerun(id), 'project_archived');
    expectProblem(await rerun(randomUUID()), 'not_found');
    await used.api.ended(id);
  });
});

describe('why a run waits', () => {
  test('a repeated request says the same as the run itself', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const { id } = await used.api.start({ agent: 'self_check' }, headers);
    await used.api.ended(id);
    await used.stack.query(`UPDATE agent_runs SET status = 'queued', finished_at = NULL WHERE id = $1`, [id]);
    try {
      const again = await used.api.start({ agent: 'self_check' }, headers);
      expect(again.wait_reason).toEqual((await used.api.run(id)).wait_reason);
    } finally {
      await used.stack.query(
        `UPDATE agent_runs SET status = 'completed', finished_at = now() WHERE id = $1`,
        [id],
      );
    }
  });
});
