import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { adopt } from '../../src/engine/audit/adoption.js';
import { AuditChain } from '../../src/engine/audit/chain.js';
import { deleteOldRuns } from '../../src/engine/runs/retention.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { expectVerified } from '../support/effects.js';
import { Program } from '../support/program.js';
import { signer } from '../support/signing-keys.js';
import { LONG, useStack } from '../support/stack.js';
import { withTemporal } from '../support/temporal-client.js';

const used = useStack();
let db: DataSource;
let folder: string;
let chain: AuditChain;
beforeAll(async () => {
  db = await createDataSource(used.stack.database, 4).initialize();
  chain = new AuditChain(db, signer);
  folder = mkdtempSync(join(tmpdir(), 'nightshift-test-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await db.destroy();
});

/** The command as it ships. */
async function verify(...args: string[]) {
  const program = Program.start('audit-verify', { ...used.stack.environment, NIGHTSHIFT_HOME: folder }, args);
  const code = await program.ended();
  return { code, log: program.log, head: /head\s+(\S+)/.exec(program.log)?.[1] ?? '' };
}

async function ended(request: object = {}): Promise<string> {
  const { id } = await used.api.start({ agent: 'self_check', ...request });
  await used.api.ended(id);
  return id;
}

async function untilArchived(ids: string[]): Promise<void> {
  await vi.waitFor(async () => {
    const left = await used.stack.query(
      'SELECT 1 FROM agent_runs WHERE id = ANY($1) AND archived_at IS NULL',
      [ids],
    );
    expect(left).toEqual([]);
  }, LONG);
}

test('everything is checked: what was ended from outside, what retention deleted, what was cut, what is exported', async () => {
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
  expect(await deleteOldRuns(db, chain, () => 30)).toBe(0);
  expect(await verify()).toMatchObject({
    code: 1,
    log: expect.stringContaining(`Run ${old}: what it shows`),
  });
  await used.stack.query(`DELETE FROM agent_runs WHERE id = $1`, [old]);
  expect((await verify()).log).toContain(`Run ${old} is gone`);
  await db.transaction((tx) =>
    chain.append(tx, [{ kind: 'removed', run_id: null, facts: { runs: [String(old)] } }]),
  );
  expect(await verify()).toMatchObject({ code: 0 });

  const path = join(folder, 'audit.jsonl');
  const exported = await verify('--export', path, '--since', '2020-01-01');
  expect(exported.log).toContain(`export   ${path}`);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await verify('--export', path)).toMatchObject({ code: 2, log: expect.stringContaining('EEXIST') });
});

test('an export is checked by public keys alone, and a changed one is found', async () => {
  // A new beginning.
  await used.stack.query('DELETE FROM audit_chain');
  await used.stack.query('DELETE FROM agent_runs');
  await adopt(db, chain);
  const ids = [await ended(), await ended()];
  await untilArchived(ids);
  const path = join(folder, 'two.jsonl');
  const { code, head } = await verify('--export', path);
  expect(code).toBe(0);
  const checked = await verify('--file', path, '--head', head);
  expect(checked, checked.log).toMatchObject({ code: 0 });
  expect(checked.log).toContain('2 verified when it was written, 0 not verified, 0 pending');
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  const [id, key] = Object.entries(signer.publicKeys())[0] ?? [];
  expect((await verify('--file', path, '--public-key', `${id}:${key}`)).code).toBe(0);

  const changes: [string, (lines: string[]) => string[]][] = [
    ['is not signed', (all) => all.map((line) => line.replace('"kind":"archived"', '"kind":"attested"'))],
    ['are missing', (all) => all.filter((line) => !line.includes('"number":2'))],
    [
      'histories are not those',
      (all) => all.map((line) => line.replace(/"history":"....../, '"history":"AAAAAA')),
    ],
    ['ends before the head', (all) => all.filter((line) => !line.includes('"number":3'))],
    ['It is not what was written', (all) => all.filter((line) => !line.startsWith('{"run"'))],
    [
      'something was changed',
      (all) => all.map((line) => line.replace('"status":"completed"', '"status":"failed"')),
    ],
    ['It has no end', (all) => all.slice(0, -1)],
    ['that no export holds', () => ['nothing']],
  ];
  for (const [words, change] of changes) {
    const other = join(folder, `${words}.jsonl`);
    writeFileSync(other, `${change(lines).join('\n')}\n`);
    const found = await verify('--file', other, '--head', head);
    expect(found, words).toMatchObject({ code: 1, log: expect.stringContaining(words) });
  }
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
    db.transaction((tx) => chain.append(tx, [{ kind: 'removed', run_id: null, facts: { runs } }]));
  const named = (await chain.page(0, 1000)).flatMap(({ run_id }) => run_id ?? []);
  // What somebody else deleted stays in the chain, and so do entries after it.
  await removed([gone]);
  expect(await chain.cut(2)).toBe(0);
  await removed(named.filter((run) => run !== kept));
  expect(await chain.cut(1)).toBeGreaterThan(0);
  const entries = await chain.page(0, 1000);
  expect(entries[0]).toMatchObject({ run_id: kept });
  expect(entries.at(-1)).toMatchObject({ kind: 'cut' });
  const found = await verify();
  expect(found, found.log).toMatchObject({ code: 0 });
  await used.stack.query(`DELETE FROM audit_chain WHERE run_id = $1`, [kept]);
  expect((await verify()).log).toContain('no signed entry says that they were dropped');
});

test('runs from before the chain are taken into it once, as they are found, and say so', async () => {
  const [old, late] = [await ended(), await ended()];
  await untilArchived([old, late]);
  const { url } = await used.stack.startApi({ TEMPORAL_NAMESPACE: 'temporal-system' });
  const api = used.stack.caller(url);
  await used.worker.end();
  // As an earlier version left it.
  await used.stack.query('DELETE FROM audit_chain');
  await used.stack.query('UPDATE agent_run_events SET token = NULL');
  const { body } = await api.get(`/api/agent-runs/${old}/audit`);
  expect(body).toMatchObject({ verdict: 'pending', reason: expect.stringContaining('being signed') });
  expect(await adopt(db, chain)).toBe(true);
  const audited = await expectVerified(api, old, 'archive');
  expect(audited.archive).toMatchObject({ verdict: 'verified', adopted: true });
  await used.stack.query(`DELETE FROM audit_chain WHERE run_id = $1`, [late]);
  expect(await adopt(db, chain)).toBe(true);
  const missing = await api.get(`/api/agent-runs/${late}/audit`);
  expect(missing.body).toMatchObject({ verdict: 'mismatch', archive: { verdict: 'mismatch' } });
});
