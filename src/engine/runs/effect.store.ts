import type { DataSource, EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { AgentRunEffect } from '../../platform/db/entities/run.entity.js';
import { prepared } from '../../platform/db/prepared.js';

const MAKE_ONCE = `
  WITH made AS (
    INSERT INTO agent_run_effects (run_id, key, data) VALUES ($1, $2, $3::jsonb)
    ON CONFLICT (run_id, key) DO NOTHING RETURNING key
  )
  SELECT ((SELECT count(*) FROM agent_run_effects WHERE run_id = $1) + (SELECT count(*) FROM made))::int AS effects`;

export class PostgresEffectStore {
  constructor(private readonly db: DataSource) {}

  /** Makes the effect unless it was made before; answers how many the run has made. */
  async makeOnce(run_id: string, key: string, data: unknown): Promise<number> {
    const [row]: { effects: number }[] = await this.db.query(prepared(MAKE_ONCE), [
      run_id,
      key,
      JSON.stringify(data),
    ]);
    return row?.effects ?? 0;
  }
}

const CLAIM_EFFECT = `
  INSERT INTO agent_run_effects (run_id, key, data) VALUES ($1, $2, 'null') ON CONFLICT (run_id, key) DO NOTHING
  RETURNING key`;

/** Returns true for the first claim. The second waits until the transaction of the first has ended. */
export async function claimEffect(tx: EntityManager, run_id: string, key: string): Promise<boolean> {
  const claimed: unknown[] = await tx.query(CLAIM_EFFECT, [run_id, key]);
  return claimed.length > 0;
}

export async function effectOf(
  db: DataSource | EntityManager,
  run_id: string,
  key: string,
): Promise<AgentRunEffect | null> {
  return db.getRepository(AgentRunEffect).findOneBy({ run_id, key });
}

export async function setEffect(
  tx: EntityManager,
  { run_id, key, data }: Pick<AgentRunEffect, 'run_id' | 'key' | 'data'>,
): Promise<void> {
  const change = { data } as QueryDeepPartialEntity<AgentRunEffect>;
  await tx.getRepository(AgentRunEffect).update({ run_id, key }, change);
}
