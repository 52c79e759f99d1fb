import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { ERROR_TABLE } from '../../workflows/contract/errors.js';
import { expectVerified } from '../support/effects.js';
import { type Trial, useBattery } from './battery.js';
import { type Fault, faultsOf } from './faults.js';
import { named, type Subject, subjects } from './subjects.js';
import { ordinary } from './words.js';

const used = useBattery({ OPENAI_TIMEOUT_SECONDS: '5' });

/** More than a call is ever tried. */
const FOR_EVER = 20;
const TRIES = 5;

interface Tried {
  trial: Trial;
  mark: string;
}

const tries: Record<string, Tried> = {};
const steps: object[] = [];

/** In a version of its own, so that the model knows the run by a mark and what is tried again soon is. */
async function tryOut(subject: Subject, name: string, { step }: Fault, times: number, retry: object) {
  const mark = randomUUID();
  steps.push(...Array.from({ length: times }, () => ({ ...step, match: mark })));
  const version = {
    instructions: `${subject.agent.instructions ?? 'Say what there is.'} [${mark}]`,
    retry: { max_attempts: 1, first_delay_ms: 1, backoff: 1, max_delay_ms: 1, ...retry },
  };
  tries[`${subject.key} ${name}`] = {
    trial: await used.trial(subject, { words: ordinary(mark), version }),
    mark,
  };
}

/** One agent’s versions are published one after the other. */
async function tryAllOut(subject: Subject): Promise<void> {
  for (const fault of faultsOf(subject)) {
    if (fault.retryable) await tryOut(subject, `${fault.name} once`, fault, 1, {});
    await tryOut(subject, `${fault.name} for ever`, fault, FOR_EVER, {});
  }
  const [worst] = faultsOf(subject);
  if (worst) await tryOut(subject, 'a whole attempt', worst, TRIES, { max_attempts: 2 });
  if (worst) await tryOut(subject, 'two attempts', worst, FOR_EVER, { max_attempts: 2 });
}

beforeAll(async () => {
  await Promise.all(subjects.map(tryAllOut));
  await used.model.misbehave(steps);
  await used.stack.startWorker();
}, 240_000);

describe.each(named)('%s, where its model', (key, subject) => {
  const tried = (name: string) => tries[`${key} ${name}`]!;
  const faults = faultsOf(subject);

  test.each(faults.filter(({ retryable }) => retryable).map((fault) => [fault.name, fault] as const))(
    '%s once: the call is made again, and the outputs are there once',
    async (name) => {
      const { trial } = tried(`${name} once`);
      const run = await used.expectOutputs(trial);
      expect(run.attempt).toBe(1);
      expect(await callsOf(trial)).toContainEqual({ status: 'answered', tries: 2 });
    },
  );

  test.each(faults.map((fault) => [fault.name, fault] as const))(
    '%s for ever: the run fails with the whole error, and nothing is written',
    async (name, { code, words, retryable }) => {
      const { trial } = tried(`${name} for ever`);
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

  test('misbehaves for a whole attempt: the next completes, and the outputs are there once', async () => {
    const { trial } = tried('a whole attempt');
    const run = await used.expectOutputs(trial);
    expect(run.attempt).toBe(2);
    const types = (await trial.place.api.events(run.id)).map(({ type }) => type);
    expect(types).toContain('background_run_retrying');
  });

  test('misbehaves in every attempt: the run fails in its last', async () => {
    const [worst] = faults;
    const { trial } = tried('two attempts');
    await used.expectNothing(trial, 'failed', { code: worst!.code, attempt: 2 });
  });
});

/** Of calls for text; where vectors are asked for, of those. */
async function callsOf({ run }: Trial) {
  return used.db.query(`SELECT status, tries FROM agent_run_model_calls WHERE run_id = $1`, [run.id]);
}
