import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { cutChain } from '../../../src/engine/attestation/cut.js';
import { adopt } from '../../../src/engine/audit/adoption.js';
import { deleteOldRuns } from '../../../src/engine/runs/retention.js';
import { useAuditedStack } from '../../support/audited-stack.js';
import { expectVerified } from '../../support/effects.js';
import { withTemporal } from '../../support/temporal-client.js';

const audited = useAuditedStack();
const { used } = audited;
const verify = (...args: string[]) => audited.verify(args);
const ended = (request: object = {}) => audited.ended(request);
const untilArchived = (ids: string[]) => audited.untilArchived(ids);

test('the check covers runs ended from outside, deleted runs, cuts and exports', async () => {
  const { id: killed } = await used.api.start({ agent: 'self_check', input: { steps: 50, delay_ms: 1000 } });
  await used.api.until(killed, ({ status }) => status === 'running');
  await withTemporal(inject('temporal'), (client) =>
    client.workflow.getHandle(killed).terminate('by an operator'),
  );
  await used.api.ended(killed);
  const ids = [killed, await ended(), await ended({ input: { fail_step: 1 } }), await ended()];
  await untilArchived(ids);
  const first = await verify();
  expect(first, first.log).toMatchObject({ code: 0 });
  expect(first.log).toContain('4 verified, 0 not verified, 0 pending');
  expect(first.log).toMatch(/chain +6 entries, 1 to 6, signed by test: in order/);

  // A row that moves its end out of the period, or takes it back, is checked all the same.
  const [, hidden] = ids;
  const [row] = await used.stack.query(`SELECT finished_at FROM agent_runs WHERE id = $1`, [hidden]);
  for (const end of ['10000-01-01', '2001-01-01', null]) {
    await used.stack.query(`UPDATE agent_runs SET finished_at = $2 WHERE id = $1`, [hidden, end]);
    const found = await verify('--since', '2020-01-01');
    expect(found, found.log).toMatchObject({ code: 1, log: expect.stringContaining(`Run ${hidden}`) });
  }
  await used.stack.query(`UPDATE agent_runs SET finished_at = $2 WHERE id = $1`, [hidden, row?.finished_at]);

  const [, , , old] = ids;
  const moved = `UPDATE agent_runs SET finished_at = now() - interval '31 days' WHERE id = $1`;
  await used.stack.query(moved, [old]);
  expect(await deleteOldRuns(audited.db, audited.chain, () => 30)).toBe(0);
  expect(await verify()).toMatchObject({
    code: 1,
    log: expect.stringContaining(`Run ${old}: what it shows`),
  });
  await used.stack.query(`DELETE FROM agent_runs WHERE id = $1`, [old]);
  expect((await verify()).log).toContain(`Run ${old} is gone`);
  await audited.db.transaction((tx) =>
    audited.chain.append(tx, [{ kind: 'removed', run_id: null, facts: { runs: [String(old)] } }]),
  );
  expect(await verify()).toMatchObject({ code: 0 });

  const path = join(audited.folder, 'audit.jsonl');
  const exported = await verify('--export', path, '--since', '2020-01-01');
  expect(exported.log).toContain(`export   ${path}`);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await verify('--export', path)).toMatchObject({
    code: 2,
    log: `--export: ${path} is there already: choose another name.\n`,
  });
});

test('a changed row, a run that somebody deleted and entries that are cut off are each named', async () => {
  const [kept, changed, deleted] = [await ended(), await ended(), await ended()];
  await untilArchived([kept, changed, deleted]);
  const { code, head } = await verify();
  expect(code).toBe(0);
  await used.stack.query(`UPDATE agent_run_events SET status = 'failed' WHERE run_id = $1 AND seq = 4`, [
    changed,
  ]);
  await used.stack.query(`DELETE FROM agent_runs WHERE id = $1`, [deleted]);
  const found = await verify();
  expect(found.code).toBe(1);
  expect(found.log).toContain(`Run ${changed}: event 4`);
  expect(found.log).toContain(`Run ${deleted} is gone`);
  await used.stack.query(`DELETE FROM audit_chain WHERE number = (SELECT max(number) FROM audit_chain)`);
  const cut = await verify('--head', head);
  expect(cut.log).toContain('The chain ends before the head that was noted');
  expect((await verify('--since', 'yesterday-ish')).code).toBe(2);
  expect((await verify('--since', '2099-01-01')).log).toContain('0 verified, 0 not verified, 0 pending');
});

test('the oldest entries go once retention has deleted their runs, and the chain says so', async () => {
  const [gone, kept] = [await ended(), await ended()];
  await untilArchived([gone, kept]);
  await used.stack.query('DELETE FROM agent_runs WHERE id <> $1', [kept]);
  const removed = async (runs: string[]) =>
    audited.db.transaction((tx) =>
      audited.chain.append(tx, [{ kind: 'removed', run_id: null, facts: { runs } }]),
    );
  const named = (await audited.chain.page(0, 1000)).flatMap(({ run_id }) => run_id ?? []);
  // Runs that somebody else deleted stay in the chain, and so do later entries.
  await removed([gone]);
  expect(await cutChain(audited.db, audited.chain, undefined, 2)).toBe(0);
  await removed(named.filter((run) => run !== kept));
  expect(await cutChain(audited.db, audited.chain)).toBeGreaterThan(0);
  const entries = await audited.chain.page(0, 1000);
  expect(entries[0]).toMatchObject({ run_id: kept });
  expect(entries.at(-1)).toMatchObject({ kind: 'cut' });
  const found = await verify();
  expect(found, found.log).toMatchObject({ code: 0 });
  await used.stack.query(`DELETE FROM audit_chain WHERE run_id = $1`, [kept]);
  expect((await verify()).log).toContain('no signed entry says that they were dropped');
});

test('runs from before the chain are adopted once, and say so', async () => {
  const [old, late] = [await ended(), await ended()];
  await untilArchived([old, late]);
  const { url } = await used.stack.startApi({ TEMPORAL_NAMESPACE: 'temporal-system' });
  const api = used.stack.caller(url);
  await used.worker.end();
  // The database is as an earlier version left it.
  await used.stack.query('DELETE FROM audit_chain');
  await used.stack.query('UPDATE agent_run_events SET token = NULL');
  const { body } = await api.get(`/api/agent-runs/${old}/audit`);
  expect(body).toMatchObject({ verdict: 'pending', reason: expect.stringContaining('being signed') });
  expect(await adopt(audited.db, audited.chain)).toBe(true);
  const found = await expectVerified(api, old, 'archive');
  expect(found.archive).toMatchObject({ verdict: 'verified', adopted: true });
  await used.stack.query(`DELETE FROM audit_chain WHERE run_id = $1`, [late]);
  expect(await adopt(audited.db, audited.chain)).toBe(true);
  const missing = await api.get(`/api/agent-runs/${late}/audit`);
  expect(missing.body).toMatchObject({ verdict: 'mismatch', archive: { verdict: 'mismatch' } });
});
