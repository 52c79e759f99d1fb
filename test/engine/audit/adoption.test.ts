import { expect, inject, test } from 'vitest';
import { adopt } from '../../../src/engine/audit/adoption.js';
import { Archiver } from '../../../src/engine/audit/archiver.js';
import { deleteOldRuns } from '../../../src/engine/runs/retention.js';
import { useAuditedStack } from '../../support/audited-stack.js';
import type { Json } from '../../support/caller.js';
import { expectVerified } from '../../support/effects.js';
import { signer } from '../../support/signing-keys.js';
import { withTemporal } from '../../support/temporal-client.js';

const audited = useAuditedStack();
const { used } = audited;

const audit = async (id: string): Promise<Json> => (await used.api.get(`/api/agent-runs/${id}/audit`)).body;

/** Restores the state that a version before the chain left. */
async function asBefore(): Promise<void> {
  await used.worker.end();
  await used.stack.query('DELETE FROM audit_chain');
  await used.stack.query('UPDATE agent_run_events SET token = NULL');
}

async function terminated(): Promise<string> {
  const { id } = await used.api.start({ agent: 'self_check', input: { steps: 50, delay_ms: 1000 } });
  await used.api.until(id, ({ status }) => status === 'running');
  await withTemporal(inject('temporal'), (client) =>
    client.workflow.getHandle(id).terminate('by an operator'),
  );
  await used.api.ended(id);
  return id;
}

test('a run is adopted once, whoever asked for its audit before and however many workers begin', async () => {
  const [asked, other, running] = [
    await terminated(),
    await terminated(),
    (await used.api.start({ agent: 'self_check', input: { steps: 50, delay_ms: 1000 } })).id,
  ];
  await audited.untilArchived([asked, other]);
  await used.api.until(running, ({ status }) => status === 'running');
  await asBefore();
  expect(await audit(asked)).toMatchObject({
    verdict: 'pending',
    reason: expect.stringContaining('being signed'),
  });
  // An entry of another chore about the run does not stop the adoption either.
  await audited.db.transaction((tx) =>
    audited.chain.append(tx, [{ kind: 'attested', run_id: other, facts: { receipts: [], shown: null } }]),
  );
  await Promise.all([adopt(audited.db, audited.chain), adopt(audited.db, audited.chain)]);
  for (const id of [asked, other])
    expect(await expectVerified(used.api, id, 'temporal')).toMatchObject({ archive: { adopted: true } });
  const found = await audited.verify([]);
  expect(found, found.log).toMatchObject({ code: 0 });
  const kinds = (await audited.chain.page(0, 100)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'adopted')).toHaveLength(3);
  expect(kinds.filter((kind) => kind === 'adoption_ended')).toHaveLength(1);

  // A run under way is not deleted for entries that tell of no end, whatever its row says.
  await audited.db.transaction((tx) =>
    audited.chain.append(
      tx,
      [{ kind: 'attested', run_id: running, facts: { receipts: [], shown: null } }],
      new Date(Date.now() - 40 * 86_400_000),
    ),
  );
  await used.stack.query(`UPDATE agent_runs SET finished_at = '2001-01-01' WHERE id = $1`, [running]);
  expect(await deleteOldRuns(audited.db, audited.chain, () => 30)).toBe(0);
  await used.stack.query(`UPDATE agent_runs SET finished_at = NULL WHERE id = $1`, [running]);
}, 90_000);

test('a run that is adopted without any history says so, and does not verify', async () => {
  const worker = await used.stack.startWorker();
  const id = await audited.ended();
  await audited.untilArchived([id]);
  await worker.end();
  await asBefore();
  await used.stack.query('DELETE FROM agent_run_histories WHERE run_id = $1', [id]);
  await used.stack.query(
    `UPDATE agent_runs SET archived_at = NULL, result = '{"forged": true}', finished_at = finished_at - interval '1 day'
      WHERE id = $1`,
    [id],
  );
  await adopt(audited.db, audited.chain);
  const forgotten = { up: true, histories: async () => [] } as never;
  await new Archiver(audited.db, forgotten, signer).pass();
  const { url } = await used.stack.startApi({ TEMPORAL_NAMESPACE: 'temporal-system' });
  const { body } = await used.stack.caller(url).get(`/api/agent-runs/${id}/audit`);
  expect(body).toMatchObject({
    verdict: 'mismatch',
    source: null,
    reason: expect.stringContaining('No history of the run is left'),
    archive: { adopted: true, signed_at: expect.any(String) },
  });
}, 60_000);

test('a run is found by the end in its adopted entry, and so is a row with an impossible end', async () => {
  const worker = await used.stack.startWorker();
  const id = await audited.ended();
  await audited.untilArchived([id]);
  await worker.end();
  await used.stack.query('DELETE FROM agent_runs WHERE id <> $1', [id]);
  await asBefore();
  await adopt(audited.db, audited.chain);
  expect(await audited.verify([])).toMatchObject({ code: 0, log: expect.stringContaining('1 verified') });
  await used.stack.query(`UPDATE agent_runs SET result = '{"forged": true}' WHERE id = $1`, [id]);
  for (const [end, status] of [
    [null, 'completed'],
    ['10000-01-01', 'completed'],
  ]) {
    await used.stack.query(`UPDATE agent_runs SET finished_at = $2, status = $3 WHERE id = $1`, [
      id,
      end,
      status,
    ]);
    expect(await audited.verify(['--since', '2020-01-01'])).toMatchObject({
      code: 1,
      log: expect.stringContaining(`Run ${id}`),
    });
  }
  // No entry of the run is left to tell of its end.
  await used.stack.query(`DELETE FROM audit_chain`);
  await used.stack.query(`UPDATE agent_run_events SET token = 'none'`);
  await adopt(audited.db, audited.chain);
  for (const end of [null, '10000-01-01']) {
    await used.stack.query(`UPDATE agent_runs SET finished_at = $2 WHERE id = $1`, [id, end]);
    expect(await audited.verify(['--since', '2020-01-01'])).toMatchObject({
      code: 1,
      log: expect.stringContaining(`Run ${id}`),
    });
  }
}, 90_000);
