import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';

import { wordsOfFault } from '../../../src/commands/audit-verify/fault-words.js';
import type { ChainEntry, ChainFacts, Head, NewEntry } from '../../../src/engine/attestation/chain.js';
import { textOf } from '../../../src/engine/attestation/chain.js';
import { ChainCheck } from '../../../src/engine/attestation/chain-check.js';
import { cutChain } from '../../../src/engine/attestation/cut.js';
import { ChainReading } from '../../../src/engine/audit/verify.js';
import { deleteOldRuns } from '../../../src/engine/runs/retention.js';
import { digestOf } from '../../../src/platform/digest.js';
import { useAuditedStack } from '../../support/audited-stack.js';

const audited = useAuditedStack();
const { used } = audited;

const append = (...entries: NewEntry[]) => audited.db.transaction((tx) => audited.chain.append(tx, entries));
const removed = (...runs: string[]): NewEntry => ({ kind: 'removed', run_id: null, facts: { runs } });
const headOf = (entry: ChainEntry | undefined): Head => ({
  number: entry?.number ?? 0,
  digest: entry ? digestOf(textOf(entry)) : '',
});

test('retention cuts nothing over a gap, and says which entries are missing', async () => {
  const [gone, old] = [await audited.ended(), await audited.ended()];
  await audited.untilArchived([gone, old]);
  await used.stack.query('DELETE FROM agent_runs WHERE id = $1', [old]);
  await append(removed(old));
  const kept = await audited.ended();
  await audited.untilArchived([kept]);
  const { code, head, log } = await audited.verify([]);
  expect(code, log).toBe(0);

  const [entry] = await audited.chain.ofRun(gone);
  await used.stack.query('DELETE FROM agent_runs WHERE id = $1', [gone]);
  await used.stack.query('DELETE FROM audit_chain WHERE run_id = $1', [gone]);
  const words = `Entries ${entry?.number} to ${entry?.number} are missing.`;
  const said: object[] = [];
  await deleteOldRuns(audited.db, audited.chain, () => 30, {
    error: (facts: object) => said.push(facts),
  } as never);
  expect(said).toEqual([{ gap: words }]);
  expect(await audited.verify(['--head', head])).toMatchObject({
    code: 1,
    log: expect.stringContaining(words),
  });

  // Nor where the beginning is what somebody took away.
  await used.stack.query('DELETE FROM audit_chain WHERE number = 1');
  await append({ kind: 'adoption_ended', run_id: null, facts: {} });
  expect(await cutChain(audited.db, audited.chain)).toBe(0);
  expect((await audited.verify([])).log).toContain('no signed entry says that they were dropped');
});

test('a head that was noted before the cut is compared where the cut names it, and else said to be past checking', async () => {
  await used.worker.end();
  await used.stack.query('DELETE FROM audit_chain');
  await used.stack.query('DELETE FROM agent_runs');
  await append({ kind: 'adoption_ended', run_id: null, facts: {} }, removed(), removed());
  const [first, second, third] = await audited.chain.page(0, 10);
  expect(await cutChain(audited.db, audited.chain)).toBe(2);
  const entries = await audited.chain.page(0, 10);
  expect(entries.map(({ kind }) => kind)).toEqual(['removed', 'cut']);
  expect(entries[1]?.facts).toEqual({ up_to: 2, digest: headOf(second).digest } satisfies ChainFacts['cut']);

  const check = (head: Head) => {
    const found = new ChainCheck((entry) => audited.chain.isSigned(entry), head);
    for (const entry of entries) found.take(entry);
    return found.end();
  };
  for (const head of [headOf(second), headOf(third)])
    expect(check(head)).toMatchObject({ faults: [], unchecked: null });
  for (const entry of [second, third])
    expect(check({ ...headOf(entry), digest: headOf(first).digest }).faults.map(wordsOfFault)).toEqual([
      `Entry ${entry?.number} is another one than the head that was noted.`,
    ]);
  const { number, digest } = headOf(first);
  expect(await audited.verify(['--head', `${number}:${digest}`])).toMatchObject({
    code: 3,
    log: expect.stringContaining('was dropped'),
  });
  expect(check(headOf(first))).toMatchObject({
    faults: [],
    unchecked:
      'The head that was noted, entry 1, was dropped: nothing shows any more that it was part of this chain.',
  });
});

test('entries that retention drops while the chain is read are not missing', async () => {
  const runs = Array.from({ length: 1200 }, () => randomUUID());
  const archived = (run_id: string): NewEntry => ({ kind: 'archived', run_id, facts: { executions: [] } });
  await append(...runs.map(archived), removed(...runs), removed());
  let dropped = 0;
  const reading = new ChainReading(audited.db, audited.chain, null, {
    entry: async () => {
      dropped ||= await cutChain(audited.db, audited.chain);
    },
    progress: () => undefined,
  });
  await reading.readOn();
  expect(dropped).toBeGreaterThan(1200);
  expect(reading.end().faults).toEqual([]);

  // The entries count as missing without the cut that says they were dropped.
  const [cut] = (await audited.chain.page(0, 10_000)).filter(({ kind }) => kind === 'cut').slice(-1);
  await used.stack.query('DELETE FROM audit_chain WHERE number = $1', [cut?.number]);
  const again = new ChainReading(audited.db, audited.chain, null, { progress: () => undefined });
  await again.readOn();
  expect(again.end().faults.map(wordsOfFault)).toEqual([
    expect.stringContaining('no signed entry says that they were dropped'),
  ]);
});
