import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Json } from '../support/caller.js';
import { expectVerified } from '../support/effects.js';
import { LONG } from '../support/stack.js';
import { withTemporal } from '../support/temporal-client.js';
import { type Trial, useBattery } from './battery.js';
import { HeldEnds } from './held-ends.js';
import { named, subjects } from './subjects.js';

/** A connection for each run that is held back in its end. */
const used = useBattery({ DATABASE_POOL_SIZE: '60' });

let unwritten: Map<string, Trial>;
let unheard: Map<string, Trial>;

const idsOf = (trials: Map<string, Trial>) => [...trials.values()].map(({ run }) => run.id as string);

/** The worker dies when all is delivered and the end alone is missing; of half the runs PostgreSQL still writes it. */
beforeAll(async () => {
  unwritten = await used.trials(subjects);
  unheard = await used.trials(subjects);
  const ends = await HeldEnds.of(used.db, [...idsOf(unwritten), ...idsOf(unheard)]);
  const worker = await used.stack.startWorker();
  await ends.allWait();
  await worker.end('SIGKILL');
  await ends.undo(idsOf(unwritten));
  await ends.release();
  await vi.waitFor(async () => {
    const written = 'SELECT id FROM agent_runs WHERE id = ANY ($1) AND finished_at IS NOT NULL';
    expect(await used.db.query(written, [idsOf(unheard)])).toHaveLength(unheard.size);
  }, LONG);
  await used.stack.startWorker();
}, 240_000);

/** Once, and proven: whatever was done again came to the same. */
async function expectOnce(trial: Trial): Promise<Json[]> {
  const run = await used.expectOutputs(trial);
  expect(run.attempt).toBe(1);
  const calls = 'SELECT 1 FROM agent_run_model_calls WHERE run_id = $1 AND tries > 1';
  expect(await used.db.query(calls, [run.id])).toEqual([]);
  await withTemporal(used.stack.parts.temporal, ({ workflow }) => workflow.getHandle(run.id).result());
  await expectVerified(trial.place.api, run.id, 'temporal');
  return (await trial.place.api.events(run.id)).map(({ type }) => type.replace('background_run_', ''));
}

describe.each(named)('%s, whose worker dies when all but its end is written', (key) => {
  test('another worker goes on with it: its outputs are there once', async () => {
    const types = await expectOnce(unwritten.get(key)!);
    expect(types.slice(-2)).toEqual(['recovered', 'completed']);
  });

  test('the end was written and nobody heard of it: another worker finds it, and it stays the only one', async () => {
    const types = await expectOnce(unheard.get(key)!);
    expect(types.filter((type) => type === 'completed' || type === 'recovered')).toEqual(['completed']);
  });
});
