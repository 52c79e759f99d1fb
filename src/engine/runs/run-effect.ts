import type { DataSource, EntityManager } from 'typeorm';

const CLAIM_EFFECT = `
  INSERT INTO agent_run_effects (run_id, key, data) VALUES ($1, $2, 'null') ON CONFLICT (run_id, key) DO NOTHING
  RETURNING key`;

/** Does `work` once for a run and key: the effect and its record are one transaction, and a repetition gets its answer. */
export async function effectOnce<T>(
  db: DataSource,
  run_id: string,
  key: string,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T> {
  return db.transaction(async (tx) => {
    const made: unknown[] = await tx.query(CLAIM_EFFECT, [run_id, key]);
    if (made.length === 0) {
      const [row]: { data: T }[] = await tx.query(
        `SELECT data FROM agent_run_effects WHERE run_id = $1 AND key = $2`,
        [run_id, key],
      );
      return row!.data;
    }
    const answer = await work(tx);
    await tx.query(`UPDATE agent_run_effects SET data = $3::jsonb WHERE run_id = $1 AND key = $2`, [
      run_id,
      key,
      JSON.stringify(answer),
    ]);
    return answer;
  });
}
