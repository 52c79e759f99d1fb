import { beforeAll, describe, expect, test } from 'vitest';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { askedOf } from '../support/respond-request.js';
import { mayWrite, type Trial, useBattery } from './battery.js';
import { fittingAnswer } from './fitting-answer.js';
import { named, subjects } from './subjects.js';
import { rowsOf } from './tables.js';
import { hostile, ORDER, scant } from './words.js';

const used = useBattery();

let told: Map<string, Trial>;
let bare: Map<string, Trial>;
beforeAll(async () => {
  told = await used.trials(subjects, { words: hostile() });
  bare = await used.trials(subjects, { words: scant() });
  await used.stack.startWorker();
});

/** Expects that the run's proposals wait for a person and name this run. */
async function expectWaiting({ place, run, before }: Trial): Promise<void> {
  const after = await used.tables.read(place.organisation_id);
  const made = rowsOf(after, 'proposals').filter(({ id }) => !before.has(`proposals/${id}`));
  for (const proposal of made)
    expect(proposal).toMatchObject({ run_id: run.id, status: 'pending', project_id: place.project_id });
}

describe.each(named)('%s', (key, subject) => {
  test('treats orders, scripts, odd characters and long texts as data and writes only its declared outputs', async () => {
    const trial = told.get(key)!;
    await used.expectOutputs(trial);
    await expectWaiting(trial);
    const asked = await askedOf(used, trial.run.id);
    expect(JSON.stringify({ ...asked, input: null })).not.toContain(ORDER);
    if (asked && subject.asks === 'shape') JSON.parse(asked.input);
  });

  test('writes only its declared outputs for hardly any text', async () => {
    const trial = bare.get(key)!;
    expect(await trial.place.api.ended(trial.run.id)).toMatchObject({ status: 'completed' });
    expect(mayWrite(subject)).toEqual(expect.arrayContaining(await used.changed(trial)));
  });
});

describe.each(named.filter(([, { asks }]) => asks !== 'vectors'))('%s, whose model says', (key, subject) => {
  test.each([
    ['orders and scripts', `<script>alert(1)</script> ${ORDER} '; DROP TABLE tickets; --`],
    ['NUL and halves of surrogate pairs', 'a\u0000b \ud83d \udc00 c'],
    ['long texts', 'Very long. '.repeat(700), 1],
    ['blank texts', ' \n\t '],
    ['ids that are somebody else’s', 'TCK-1 01900000-0000-7000-8000-00000000ffff'],
  ] as [string, string, number?][])('%s: only its outputs are there', async (_, words, items) => {
    const { format = null } = (await askedOf(used, told.get(key)!.run.id)) ?? {};
    const text = format ? JSON.stringify(fittingAnswer(format.schema, words, items)) : words;
    await used.model.misbehave([{ mode: 'say', text, endpoint: 'responses' }]);
    const trial = await used.trial(subject);
    const run: Json = await trial.place.api.ended(trial.run.id);
    expect(run.status, JSON.stringify(run.error)).toBe('completed');
    expect(mayWrite(subject)).toEqual(expect.arrayContaining(await used.changed(trial)));
    await expectWaiting(trial);
    for (const { href } of run.outputs) ok(await trial.place.api.get(href));
  });
});
