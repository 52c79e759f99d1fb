import { expect, test, vi } from 'vitest';
import { expectRightEnd, expectVerified } from '../support/effects.js';
import { LONG, useStack } from '../support/stack.js';

const used = useStack();

/** All steps lie in one task of the workflow: history hears of none of them before the task ends. */
test('a heartbeat of a worker that is killed before history hears of it is proven by what comes next', async () => {
  await used.stack.query(`
    CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.06); RETURN NEW; END $$;
    CREATE TRIGGER slowly BEFORE INSERT ON agent_run_effects FOR EACH ROW EXECUTE FUNCTION slowly()`);
  const { id } = await used.api.start({ agent: 'self_check', input: { steps: 60, delay_ms: 0 } });
  const heartbeats = async () =>
    (await used.api.events(id)).filter(({ type }) => type === 'background_run_heartbeat');
  await vi.waitFor(async () => expect(await heartbeats()).not.toEqual([]), { ...LONG, interval: 10 });
  const lost = await heartbeats();
  used.worker.child.kill('SIGKILL');
  // The next worker is quicker, so that its heartbeats fall on other steps, or on none.
  await used.stack.query('DROP TRIGGER slowly ON agent_run_effects');
  await used.stack.startWorker();
  await expectRightEnd(used.stack, used.api, id, 'completed');
  expect((await heartbeats()).slice(0, lost.length)).toEqual(lost);
  await expectVerified(used.api, id, 'temporal');
}, 90_000);
