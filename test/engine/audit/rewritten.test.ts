import { expect, inject, test, vi } from 'vitest';
import { isOurs, type Tokened } from '../../../src/engine/attestation/token.js';
import { adopt } from '../../../src/engine/audit/adoption.js';
import { Archiver } from '../../../src/engine/audit/archiver.js';
import { Admission, type Ask } from '../../../src/engine/runs/admission.js';
import { readEnvironment } from '../../../src/platform/config/environment.js';
import { Engine, type Startable } from '../../../src/platform/temporal/engine.js';
import { useAuditedStack } from '../../support/audited-stack.js';
import type { Caller, Json } from '../../support/caller.js';
import { expectVerified } from '../../support/effects.js';
import { signer } from '../../support/signing-keys.js';
import { LONG } from '../../support/stack.js';
import { forget, withTemporal } from '../../support/temporal-client.js';

const audited = useAuditedStack();
const { used } = audited;

const audit = async (id: string, api: Caller = used.api): Promise<Json> =>
  (await api.get(`/api/agent-runs/${id}/audit`)).body;

const mismatches = (events: Json[]) =>
  events.flatMap(({ seq, verdict }) => (verdict === 'mismatch' ? [seq] : []));

/** Everything that would make the sweep start the run anew, with another input. */
async function queueAgain(id: string): Promise<void> {
  await used.stack.query(`DELETE FROM agent_run_events WHERE run_id = $1 AND seq > 1`, [id]);
  await used.stack.query(`DELETE FROM agent_run_effects WHERE run_id = $1`, [id]);
  await used.stack.query(`DELETE FROM agent_run_attempts WHERE run_id = $1`, [id]);
  await used.stack.query(
    `UPDATE agent_runs SET status = 'queued', dispatched_at = NULL, started_at = NULL, finished_at = NULL,
            temporal_run_id = NULL, result = NULL, error = NULL, usage = NULL, progress = NULL, attempt = 0, event_seq = 1,
            sweep_after = NULL, archived_at = NULL, labels = '{forged}', input = input || '{"steps": 1}'
      WHERE id = $1`,
    [id],
  );
}

/** A second workflow of the same run, as if a sweep had started it. */
async function startedAgain(id: string): Promise<void> {
  const engine = await Engine.connect(readEnvironment(used.stack.environment), 'again');
  const run: Startable = {
    run_id: id,
    organisation_id: used.stack.tenant.organisation_id,
    agent: 'self_check',
    receipts: [],
    project_id: null,
    target: null,
    trigger: 'api',
    labels: [],
    priority: 3,
    start_at: null,
  };
  await engine.start(run);
  await engine.close();
  await withTemporal(inject('temporal'), (client) =>
    client.workflow
      .getHandle(id)
      .terminate('by an operator')
      .catch(() => undefined),
  );
}

const isRefused = (id: string) =>
  vi.waitFor(async () => {
    const [run] = await used.stack.query(`SELECT wait_reason, dispatched_at FROM agent_runs WHERE id = $1`, [
      id,
    ]);
    expect(run).toMatchObject({ dispatched_at: null, wait_reason: { code: 'ended_before' } });
  }, LONG);

test('a run that has ended is never started again, and another execution of it attests nothing', async () => {
  const id = await audited.ended({ input: { steps: 2 } });
  await audited.untilArchived([id]);
  await forget(inject('temporal'), [id]);
  await expectVerified(used.api, id, 'archive');
  await queueAgain(id);
  await isRefused(id);
  const found = { verdict: 'mismatch', source: 'archive', run: { verdict: 'mismatch' } };
  expect(await audit(id)).toMatchObject(found);
  await startedAgain(id);
  expect(await audit(id)).toMatchObject({
    ...found,
    reason: expect.stringContaining('another execution'),
    archive: { verdict: 'mismatch' },
  });
  expect(await audited.verify([])).toMatchObject({ code: 1, log: expect.stringContaining(`Run ${id}`) });
}, 120_000);

test('nor is one that was adopted, and its archive is replaced by no other execution', async () => {
  const id = await audited.ended({ input: { steps: 2 } });
  await audited.untilArchived([id]);
  await used.worker.end();
  await used.stack.query('DELETE FROM audit_chain');
  await used.stack.query('UPDATE agent_run_events SET token = NULL');
  await adopt(audited.db, audited.chain);
  await forget(inject('temporal'), [id]);
  await expectVerified(used.api, id, 'archive');
  await used.stack.query('DELETE FROM agent_run_histories WHERE run_id = $1', [id]);
  await queueAgain(id);
  await isRefused(id);
  await startedAgain(id);
  await used.stack.query(
    `UPDATE agent_runs SET status = 'completed', finished_at = now() - interval '5 seconds' WHERE id = $1`,
    [id],
  );
  const engine = await Engine.connect(readEnvironment(used.stack.environment), 'archiver');
  await new Archiver(audited.db, engine, signer).archive(id);
  await engine.close();
  const kinds = (await audited.chain.ofRun(id)).map(({ kind }) => kind);
  expect(kinds).toEqual(['adopted']);
  expect(await audit(id)).toMatchObject({
    verdict: 'mismatch',
    archive: { verdict: 'mismatch', adopted: true },
  });
}, 120_000);

test('the token of a first event is of the agent, the trigger and the tick that the statement writes', async () => {
  const { organisation_id, user_id } = used.stack.tenant;
  const asked: Ask = {
    owner: { organisation_id, user_id },
    request: { agent: 'self_check' },
    provenance: { trigger: 'schedule' },
    schedule: { schedule_id: null, tick_at: new Date('2026-03-01T05:00:00.120Z'), due_at: null },
  };
  const admission = new Admission(signer);
  const admitted = await admission.take(audited.db, asked, await admission.read(audited.db, asked));
  const id = admitted?.run.id ?? '';
  const [event] = await used.stack.query<Tokened>(
    `SELECT type, data, written_by, token FROM agent_run_events WHERE run_id = $1`,
    [id],
  );
  if (!event) throw new Error('it has no event');
  expect(event.data).toMatchObject({ agent: 'self_check', tick_at: '2026-03-01T05:00:00.120Z' });
  expect(isOurs(signer, id, event)).toBe(true);
  for (const other of [{ agent: 'another' }, { trigger: 'api' }, { tick_at: '2026-03-02T05:00:00.120Z' }])
    expect(isOurs(signer, id, { ...event, data: { ...event.data, ...other } })).toBe(false);
});

test('an archive that is empty because Temporal had been emptied is followed by the histories once they are back', async () => {
  const worker = await used.stack.startWorker();
  const id = await audited.ended();
  await audited.untilArchived([id]);
  await worker.end();
  await used.stack.query('DELETE FROM agent_run_histories WHERE run_id = $1', [id]);
  await used.stack.query('DELETE FROM audit_chain WHERE run_id = $1', [id]);
  await new Archiver(audited.db, { up: true, histories: async () => [] } as never, signer).archive(id);
  const elsewhere = await used.stack.startApi({ TEMPORAL_NAMESPACE: 'temporal-system' });
  const later = used.stack.caller(elsewhere.url);
  expect(await audit(id, later)).toMatchObject({ verdict: 'mismatch', source: null });
  const words = { reason: expect.stringContaining('what it knew later was archived then') };
  expect(await expectVerified(used.api, id, 'temporal')).toMatchObject(words);
  expect(await expectVerified(later, id, 'archive')).toMatchObject(words);
  // The program ends first, because its sweep would start queued runs there.
  await elsewhere.program.end();
}, 60_000);

test('what admission wrote of a run attests no other agent, trigger or tick; a token that is used twice is found', async () => {
  const api = used.stack.caller((await used.stack.startApi({ TEMPORAL_ADDRESS: '127.0.0.1:9' })).url);
  const [changed, own] = [await api.start({ agent: 'self_check' }), await api.start({ agent: 'self_check' })];
  await used.stack.query(
    `UPDATE agent_run_events SET data = data || '{"trigger": "schedule"}' WHERE run_id = $1`,
    [changed.id],
  );
  await used.stack.query(
    'ALTER TABLE agent_run_events DROP CONSTRAINT agent_run_events_run_id_written_by_type_key',
  );
  await used.stack.query(
    `WITH run AS (UPDATE agent_runs SET event_seq = event_seq + 1 WHERE id = $1 RETURNING *)
     INSERT INTO agent_run_events (run_id, seq, type, at, status, attempt, data, organisation_id, user_id, written_by, token)
     SELECT run.id, run.event_seq, e.type, now(), e.status, 7, e.data, run.organisation_id, run.user_id, e.written_by, e.token
       FROM run, agent_run_events e WHERE e.run_id = $1`,
    [own.id],
  );
  await used.stack.startWorker();
  const { events: first } = await vi.waitFor(async () => {
    await used.api.ended(changed.id);
    return audit(changed.id);
  }, LONG);
  expect(mismatches(first)).toEqual([1]);
  await used.api.ended(own.id);
  const { events } = await audit(own.id);
  expect(mismatches(events)).toEqual([2]);
}, 90_000);
