import type { EntityManager } from 'typeorm';

const LOCK_OLD_RUNS = `
  SELECT id FROM agent_runs WHERE finished_at < now() - $1 * interval '1 day' AND id > $2
   ORDER BY id LIMIT $3 FOR UPDATE`;

/** Selects by the rows; the audit chain decides whether the runs ended so long ago. */
export async function lockOldRuns(
  tx: EntityManager,
  days: number,
  after: string,
  most: number,
): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(LOCK_OLD_RUNS, [days, after, most]);
  return rows.map(({ id }) => id);
}

export async function deleteRuns(tx: EntityManager, ids: readonly string[]): Promise<void> {
  await tx.query(`DELETE FROM agent_runs WHERE id = ANY($1)`, [ids]);
}
