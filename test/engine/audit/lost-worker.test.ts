import { expect, inject, test, vi } from 'vitest';
import { expectRightEnd, expectVerified } from '../../support/effects.js';
import { LONG, useStack } from '../../support/stack.js';
import { withTemporal } from '../../support/temporal-client.js';

const used = useStack();

const heartbeats = async (id: string) =>
  (await used.api.events(id)).filter(({ type }) => type === 'background_run_heartbeat');

/** All steps are in one workflow task: history gets none of them before the task ends, and the worker dies before. */
async function heartbeatUnheard(worker: { child: { kill(signal: 'SIGKILL'): boolean } }) {
  await used.stack.query(`
    CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.06); RETURN NEW; END $$;
    CREATE TRIGGER slowly BEFORE INSERT ON agent_run_effects FOR EACH ROW EXECUTE FUNCTION slowly()`);
  const { id } = await used.api.start({ agent: 'self_check', input: { steps: 60, delay_ms: 0 } });
  await vi.waitFor(async () => expect(await heartbeats(id)).not.toEqual([]), { ...LONG, interval: 10 });
  const lost = await heartbeats(id);
  worker.child.kill('SIGKILL');
  await used.stack.query('DROP TRIGGER slowly ON agent_run_effects; DROP FUNCTION slowly()');
  return { id, lost };
}

test('a heartbeat of a worker that is killed before history hears of it is proven by what comes next, or by the chain where the workflow is terminated', async () => {
  const { id, lost } = await heartbeatUnheard(used.worker);
  // The next worker is quicker, so that its heartbeats fall on other steps, or on none.
  const next = await used.stack.startWorker();
  await expectRightEnd(used.stack, used.api, id, 'completed');
  expect((await heartbeats(id)).slice(0, lost.length)).toEqual(lost);
  await expectVerified(used.api, id, 'temporal');

  const terminated = await heartbeatUnheard(next);
  await withTemporal(inject('temporal'), (client) =>
    client.workflow.getHandle(terminated.id).terminate('by an operator'),
  );
  await used.stack.startWorker();
  await used.api.ended(terminated.id);
  expect((await heartbeats(terminated.id)).slice(0, lost.length)).not.toEqual([]);
  await expectVerified(used.api, terminated.id, 'temporal');
}, 120_000);
