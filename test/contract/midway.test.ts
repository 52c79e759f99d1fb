import { beforeAll, describe, expect, test, vi } from 'vitest';
import { ok } from '../support/answers.js';
import { expectVerified } from '../support/effects.js';
import { LONG } from '../support/stack.js';
import { type Trial, useBattery } from './battery.js';
import { named, type Subject, subjects } from './subjects.js';
import { ordinary } from './words.js';

const used = useBattery();

/**
 * The mark by which the model knows the agent: the embedded text for agents that ask for vectors, the instructions for
 * others.
 */
const markOf = ({ key }: Subject, fate: 'slow' | 'hangs') => `[${key} ${fate}]`;

async function marked(fate: 'slow' | 'hangs'): Promise<Map<string, Trial>> {
  const trials = subjects.map((subject) => {
    const mark = markOf(subject, fate);
    return used.trial(subject, { words: ordinary(mark), version: { instructions: `Do it. ${mark}` } });
  });
  return new Map((await Promise.all(trials)).map((trial) => [trial.subject.key, trial]));
}

let queued: Map<string, Trial>;
let gated: Map<string, Trial>;
let cancelled: Map<string, Trial>;

/** Changes by the person who switches it off are no work of the agent. */
async function switchOff(trial: Trial): Promise<void> {
  const { place, subject, before } = trial;
  ok(await place.api.send('PUT', `/api/agents/${subject.key}/bindings/organisation`, { enabled: false }));
  for (const [key, row] of await used.tables.read(place.organisation_id))
    if (/^(bindings|change_log)\//.test(key)) before.set(key, row);
}
const cancel = async ({ place, run }: Trial) => ok(await place.api.post(`/api/agent-runs/${run.id}/cancel`));
const each = (trials: Map<string, Trial>, act: (trial: Trial) => Promise<unknown>) =>
  Promise.all([...trials.values()].map(act));

beforeAll(async () => {
  queued = await used.trials(subjects);
  gated = await marked('slow');
  cancelled = await marked('hangs');
  await each(queued, switchOff);
  const steps = subjects.flatMap((subject) => {
    const endpoint = subject.asks === 'vectors' ? 'embeddings' : 'responses';
    return [
      { mode: 'slow', ms: 4000, endpoint, match: markOf(subject, 'slow') },
      { mode: 'slow', ms: 600_000, endpoint, match: markOf(subject, 'hangs') },
    ];
  });
  await used.model.misbehave(steps);
  await used.stack.startWorker();
  await vi.waitFor(async () => expect((await used.model.calls()).misbehaved).toBe(steps.length), LONG);
  await each(gated, switchOff);
  await each(cancelled, cancel);
}, 240_000);

describe.each(named)('%s', (key) => {
  test('switched off while it was queued: the run is skipped, without an attempt', async () => {
    const trial = queued.get(key)!;
    const { api } = trial.place;
    const run = await used.expectNothing(trial, 'skipped', {
      code: 'agent_disabled',
      message: expect.stringContaining('organisation'),
      retryable: false,
      attempt: 0,
    });
    expect(ok(await api.get(run.links.attempts))).toEqual({ attempts: [] });
    await expectVerified(api, run.id, 'temporal');
  });

  test('switched off while it was running: it ends as it would have, and is not asked for again', async () => {
    const trial = gated.get(key)!;
    const run = await used.expectOutputs(trial);
    expect(run.attempt).toBe(1);
    const again = await trial.place.api.post(`/api/agent-runs/${run.id}/rerun`);
    expect(again).toMatchObject({ status: 409, body: { code: 'agent_disabled' } });
  });

  test('cancelled while its model was asked: nothing is left of it', async () => {
    const trial = cancelled.get(key)!;
    const run = await used.expectNothing(trial, 'cancelled', {
      code: 'run_cancelled',
      step: expect.any(String),
      attempt: 1,
    });
    await expectVerified(trial.place.api, run.id, 'temporal');
  });
});

test('what the cancelled had asked their models is hung up, and still nothing is left', async () => {
  const waiting = async () =>
    (await used.model.calls()).last.filter(({ status }: { status: number | null }) => status === null);
  await vi.waitFor(async () => expect(await waiting()).toEqual([]), LONG);
  for (const trial of cancelled.values())
    expect(trial.subject.works_out ?? []).toEqual(expect.arrayContaining(await used.changed(trial)));
});
