import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { ERROR_TABLE } from '../../workflows/contract/errors.js';
import { expectVerified } from '../support/effects.js';
import { type Trial, useBattery } from './battery.js';
import { faultsOf } from './faults.js';
import { named, type Subject, subjects } from './subjects.js';
import { ordinary } from './words.js';

const used = useBattery({ OPENAI_TIMEOUT_SECONDS: '15' });

/** More than a call is ever tried. */
const FOR_EVER = 20;
const TRIES = 5;
const SLOW = { mode: 'slow', ms: 600_000 };

const trials: Record<string, Trial> = {};
const steps: object[] = [];

/** A version of its own gives the model a mark of the run, and lets the run try again soon. */
async function tryOut(subject: Subject, name: string, step: object, times: number, change: object = {}) {
  const mark = randomUUID();
  const endpoint = subject.asks === 'vectors' ? 'embeddings' : 'responses';
  steps.push(...Array.from({ length: times }, () => ({ ...step, endpoint, match: mark })));
  const version = {
    instructions: `${subject.agent.instructions ?? 'Say what there is.'} [${mark}]`,
    timeout_seconds: subject.agent.policy.timeout_seconds,
    ...attempts(1),
    ...change,
  };
  trials[`${subject.key} ${name}`] = await used.trial(subject, { words: ordinary(mark), version });
}

const attempts = (max_attempts: number) => ({
  retry: { max_attempts, first_delay_ms: 1, backoff: 1, max_delay_ms: 1 },
});

/** The versions of one agent are published one after the other. */
async function tryAllOut(subject: Subject): Promise<void> {
  for (const { name, step, retryable } of faultsOf(subject)) {
    if (retryable) await tryOut(subject, `${name} once`, step, 1);
    await tryOut(subject, `${name} for ever`, step, FOR_EVER);
  }
  await tryOut(subject, 'slow once', SLOW, 1);
  await tryOut(subject, 'slow for ever', SLOW, FOR_EVER, { timeout_seconds: 20 });
  const [{ step }] = faultsOf(subject);
  await tryOut(subject, 'a whole attempt', step, TRIES, attempts(2));
  await tryOut(subject, 'two attempts', step, FOR_EVER, attempts(2));
}

beforeAll(async () => {
  await Promise.all(subjects.map(tryAllOut));
  await used.model.misbehave(steps);
  await used.stack.startWorker();
}, 240_000);

describe.each(named)('%s, where its model', (key, subject) => {
  const tried = (name: string) => trials[`${key} ${name}`]!;
  const faults = faultsOf(subject);

  test.each(faults.filter(({ retryable }) => retryable).map((fault) => [fault.name, fault] as const))(
    '%s once: the call is made again, and the outputs are there once',
    async (name) => {
      const trial = tried(`${name} once`);
      const run = await used.expectOutputs(trial);
      expect(run.attempt).toBe(1);
      expect(await callsOf(trial)).toContainEqual({ status: 'answered', tries: 2 });
    },
  );

  test.each(faults.map((fault) => [fault.name, fault] as const))(
    '%s for ever: the run fails with the whole error, and nothing is written',
    async (name, { code, words, retryable }) => {
      const trial = tried(`${name} for ever`);
      const message = expect.stringMatching(words);
      const run = await used.expectNothing(trial, 'failed', {
        code,
        message,
        retryable: ERROR_TABLE[code].retryable,
        step: expect.any(String),
        attempt: 1,
      });
      expect(await callsOf(trial)).toContainEqual({ status: 'failed', tries: retryable ? TRIES : 1 });
      await expectVerified(trial.place.api, run.id, 'temporal');
    },
  );

  test('does not answer in time: the call is made again', async () => {
    const trial = tried('slow once');
    expect((await used.expectOutputs(trial)).attempt).toBe(1);
    expect(await callsOf(trial)).toContainEqual({ status: 'answered', tries: 2 });
  });

  test('never answers in time: the run is given up when its own time is over, and nothing is written', async () => {
    await used.expectNothing(tried('slow for ever'), 'timed_out', { code: 'run_timed_out', attempt: 1 });
  });

  test('misbehaves for a whole attempt: the next completes, and the outputs are there once', async () => {
    const trial = tried('a whole attempt');
    const run = await used.expectOutputs(trial);
    expect(run.attempt).toBe(2);
    const types = (await trial.place.api.events(run.id)).map(({ type }) => type);
    expect(types).toContain('background_run_retrying');
  });

  test('misbehaves in every attempt: the run fails in its last', async () => {
    const [{ code }] = faultsOf(subject);
    await used.expectNothing(tried('two attempts'), 'failed', { code, attempt: 2 });
  });
});

function callsOf({ run }: Trial): Promise<object[]> {
  return used.db.query(`SELECT status, tries FROM agent_run_model_calls WHERE run_id = $1`, [run.id]);
}
