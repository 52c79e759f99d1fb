import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { AuditChain } from '../../../src/engine/attestation/chain.js';
import { Archiver } from '../../../src/engine/audit/archiver.js';
import { writeKey } from '../../../src/platform/config/named-keys.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { historyCodec } from '../../../src/platform/temporal/engine.js';
import type { Caller, Json } from '../../support/caller.js';
import { expectVerified } from '../../support/effects.js';
import { signer, signerOf } from '../../support/signing-keys.js';
import { LONG, useStack } from '../../support/stack.js';
import { withTemporal } from '../../support/temporal-client.js';

const used = useStack();
let db: DataSource;
/** An API whose Temporal has forgotten all runs: another namespace of it. */
let later: Caller;
beforeAll(async () => {
  later = used.stack.caller((await used.stack.startApi({ TEMPORAL_NAMESPACE: 'temporal-system' })).url);
  db = await createDataSource(used.stack.database, 4).initialize();
});
afterAll(() => db.destroy());

const audit = async (id: string, api = used.api): Promise<Json> =>
  (await api.get(`/api/agent-runs/${id}/audit`)).body;

async function archived(): Promise<string> {
  const { id } = await used.api.start({ agent: 'self_check' });
  await used.api.ended(id);
  await vi.waitFor(async () => {
    const kept = await used.stack.query(`SELECT 1 FROM audit_chain WHERE run_id = $1`, [id]);
    expect(kept).toHaveLength(1);
  }, LONG);
  return id;
}

const history = (id: string) =>
  used.stack.query<{ history: Buffer }>(`SELECT history FROM agent_run_histories WHERE run_id = $1`, [id]);

test('a row and its archive that are changed together do not verify once Temporal has forgotten the run', async () => {
  const [id, other] = [await archived(), await archived()];
  expect(await expectVerified(later, id, 'archive')).toMatchObject({
    archive: { verdict: 'verified', signed_at: expect.any(String) },
  });
  const [kept] = await history(id);
  const changed = historyCodec.decode(await promisify(gunzip)(kept?.history ?? Buffer.alloc(0)));
  changed.events?.pop();
  const packed = await promisify(gzip)(historyCodec.encode(changed).finish());
  await used.stack.query(`UPDATE agent_run_histories SET history = $2 WHERE run_id = $1`, [id, packed]);
  expect(await audit(id, later)).toMatchObject({
    verdict: 'mismatch',
    reason: expect.stringContaining('not those that were signed'),
    archive: { verdict: 'mismatch' },
  });
  await used.stack.query(
    `UPDATE agent_run_histories h SET history = o.history FROM agent_run_histories o WHERE h.run_id = $1 AND o.run_id = $2`,
    [id, other],
  );
  expect(await audit(id, later)).toMatchObject({ verdict: 'mismatch' });
  await used.stack.query(`UPDATE agent_run_histories SET history = 'x' WHERE run_id = $1`, [id]);
  expect(await audit(id, later)).toMatchObject({
    verdict: 'mismatch',
    reason: expect.stringContaining('cannot be read'),
  });
  await used.stack.query(`DELETE FROM agent_run_histories WHERE run_id = $1`, [id]);
  expect(await audit(id, later)).toMatchObject({ verdict: 'mismatch' });
  await expectVerified(later, other, 'archive');
});

test('an entry of the chain that is taken away, or that another key signed, attests nothing', async () => {
  const [gone, forged] = [await archived(), await archived()];
  const chain = new AuditChain(
    db,
    signerOf(writeKey({ id: 'test', secret: Buffer.alloc(32, 'not the same key') })),
  );
  const [entry] = (await new AuditChain(db, signer).page(0, 100_000)).filter(
    ({ run_id }) => run_id === forged,
  );
  await used.stack.query(`DELETE FROM audit_chain WHERE run_id = ANY($1)`, [[gone, forged]]);
  await db.transaction((tx) => chain.append(tx, entry ? [entry] : []));
  for (const id of [gone, forged])
    expect(await audit(id, later)).toMatchObject({
      verdict: 'mismatch',
      archive: { verdict: 'mismatch', signed_at: null },
      reason: expect.stringContaining('no entry of the audit chain'),
    });
  await used.stack.query(`DELETE FROM audit_chain WHERE run_id = $1`, [forged]);
});

test('a run that was ended from outside is attested by the chain: events and what it shows', async () => {
  const { id } = await used.api.start({ agent: 'self_check', input: { steps: 50, delay_ms: 1000 } });
  await used.api.until(id, ({ status }) => status === 'running');
  await withTemporal(inject('temporal'), (client) =>
    client.workflow.getHandle(id).terminate('by an operator'),
  );
  await used.api.ended(id);
  const found = await expectVerified(used.api, id, 'temporal');
  const signed = found.events.filter(({ proof }: Json) => proof.event_type === 'AuditChainEntry');
  expect(signed.map(({ type }: Json) => type)).toEqual(['background_run_recovered', 'background_run_failed']);
  await used.stack.query(`UPDATE agent_runs SET error = error || '{"message": "another"}' WHERE id = $1`, [
    id,
  ]);
  expect(await audit(id)).toMatchObject({ verdict: 'mismatch', run: { verdict: 'mismatch' } });
});

test('an event that somebody writes into a run under way is attested by no later write of the worker', async () => {
  const { id } = await used.api.start({ agent: 'self_check', input: { steps: 6, delay_ms: 300 } });
  await used.api.until(id, ({ status }) => status === 'running');
  await used.stack.query(
    `WITH run AS (UPDATE agent_runs SET event_seq = event_seq + 1 WHERE id = $1 RETURNING *)
     INSERT INTO agent_run_events (run_id, seq, type, at, status, attempt, data, organisation_id, user_id, written_by, token)
     SELECT run.id, run.event_seq, e.type, now(), 'running', 1, '{"forged": true}', run.organisation_id, run.user_id,
            e.written_by || '/forged', e.token
       FROM run, agent_run_events e WHERE e.run_id = $1 AND e.type = 'background_run_started'`,
    [id],
  );
  await used.api.ended(id);
  const { verdict, events } = await audit(id);
  expect(verdict).toBe('mismatch');
  expect(events.filter((event: Json) => event.verdict === 'mismatch')).toMatchObject([
    { data: { forged: true } },
  ]);
});

test('entries follow one another whoever appends them at the same time', async () => {
  const chain = new AuditChain(db, signer);
  const append = () =>
    db.transaction((tx) =>
      chain.append(tx, [{ kind: 'removed', run_id: null, facts: { runs: [randomUUID()] } }]),
    );
  await Promise.all(Array.from({ length: 12 }, append));
  const entries = await chain.page(0, 100_000);
  const numbers = entries.map(({ number }) => number);
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(new Set(entries.map(({ previous }) => previous)).size).toBe(entries.length);
});

test('an archive that is asked for again when Temporal has forgotten keeps what was signed', async () => {
  const id = await archived();
  const archiver = new Archiver(db, { up: true, histories: async () => [] } as never, signer);
  expect(await archiver.archive(id)).toBe(true);
  const entries = await new AuditChain(db, signer).ofRun(id);
  expect(entries).toHaveLength(1);
  await expectVerified(later, id, 'archive');
});

test('the key that signed first may go once its entries have gone', async () => {
  const old = writeKey({ id: 'old', secret: Buffer.alloc(32, 'the old one') });
  const next = writeKey({ id: 'next', secret: Buffer.alloc(32, 'the next one') });
  await used.worker.end();
  await used.stack.query('DELETE FROM audit_chain');
  await new AuditChain(db, signerOf(old)).renew();
  await new AuditChain(db, signerOf(`${next},${old}`)).renew();
  await new AuditChain(db, signerOf(`${next},${old}`)).renew();
  const chain = new AuditChain(db, signerOf(next));
  expect(await chain.adoptionEnded()).toBe(true);
  expect((await chain.page(0, 10)).map(({ key_id }) => key_id)).toEqual(['old', 'next']);
});
