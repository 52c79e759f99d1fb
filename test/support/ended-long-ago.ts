import { expect, vi } from 'vitest';
import { AuditChain, type NewEntry } from '../../src/engine/attestation/chain.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { signer } from './signing-keys.js';
import { LONG, type TestStack } from './stack.js';

/** Makes the run look ended and archived so many days ago: retention decides by the entries signed then. */
export async function endedLongAgo(stack: TestStack, id: string, days: number): Promise<void> {
  await vi.waitFor(async () => {
    const [run] = await stack.query('SELECT archived_at FROM agent_runs WHERE id = $1', [id]);
    expect(run?.archived_at).not.toBeNull();
  }, LONG);
  const db = await createDataSource(stack.database, 1).initialize();
  const then = new Date(Date.now() - days * 86_400_000);
  try {
    await db.transaction(async (tx) => {
      await tx.query(`UPDATE agent_runs SET finished_at = $2 WHERE id = $1`, [id, then]);
      await tx.query(`DELETE FROM audit_chain WHERE run_id = $1`, [id]);
      const entry: NewEntry = { kind: 'archived', run_id: id, facts: { executions: [] } };
      await new AuditChain(db, signer).append(tx, [entry], then);
    });
  } finally {
    await db.destroy();
  }
}
