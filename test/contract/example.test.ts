import { beforeAll, describe, expect, test } from 'vitest';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { expectVerified } from '../support/effects.js';
import { type Trial, useBattery } from './battery.js';
import { worksAgain } from './history.js';
import { named, subjects, worldless } from './subjects.js';
import { differences } from './tables.js';

const used = useBattery();
let trials: Map<string, Trial>;
beforeAll(async () => {
  trials = await used.trials(subjects);
  await used.stack.startWorker();
});

test('every agent has a world to be tried in', () => {
  const missing = worldless.map(
    (key) => `write agents/${key.replaceAll('_', '-')}/world.ts: ${key} has no world`,
  );
  expect(missing).toEqual([]);
});

describe.each(named)('%s', (key, { agent }) => {
  let trial: Trial;
  let run: Json;
  beforeAll(async () => {
    trial = trials.get(key)!;
    run = await used.expectOutputs(trial);
  });

  test('was asked for with its example', () => {
    const example = agent.example as Json;
    for (const name of Object.keys(trial.ids)) expect(example).toHaveProperty(name);
    expect(run.input).toEqual(agent.input.parse({ ...example, ...trial.ids }));
    expect(trial.run).toMatchObject({ id: run.id, agent: key, project_id: trial.place.project_id });
  });

  test('completes with the offline model as it is, and every output is where it says', async () => {
    expect(run).toMatchObject({ attempt: 1, error: null, usage: { models: ['offline model'], cost_usd: 0 } });
    expect(agent.output.safeParse(run.result).error).toBeUndefined();
    for (const { href } of run.outputs) ok(await trial.place.api.get(href));
  });

  test('is proven, and its workspace can be read', async () => {
    await expectVerified(trial.place.api, run.id, 'temporal');
    const { files } = ok(await trial.place.api.get(run.links.workspace));
    expect(files.map(({ path }: Json) => path)).toEqual(
      expect.arrayContaining(['events.jsonl', 'output.md', 'run.json']),
    );
    for (const { href } of files) ok(await trial.place.api.get(href));
  });

  test.each([
    ['its last steps', 'last'],
    ['the whole run', 'first'],
  ] as const)('%s worked once more, by Temporal itself: nothing is different', async (_, from) => {
    const before = await used.tables.read(trial.place.organisation_id);
    const { first, again } = await worksAgain(used.stack.parts.temporal, run.id, from);
    // The work since the model's last answer was done again, with the same result.
    expect(first.map(({ activity }) => activity)).toContain('finish');
    if (from === 'last') expect(again).toEqual(first);
    expect(differences(before, await used.tables.read(trial.place.organisation_id))).toEqual([]);
    expect(await trial.place.api.run(run.id)).toEqual(run);
    await expectVerified(trial.place.api, run.id, 'temporal');
  });
});
