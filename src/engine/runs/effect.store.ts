import type { DataSource } from 'typeorm';
import type { EffectStore } from '../../../activities/runs/self-check.js';
import { prepared } from '../../platform/db/prepared.js';

const MAKE_ONCE = `
  WITH made AS (
    INSERT INTO agent_run_effects (run_id, key, data) VALUES ($1, $2, $3::jsonb)
    ON CONFLICT (run_id, key) DO NOTHING RETURNING key
  )
  SELECT ((SELECT count(*) FROM agent_run_effects WHERE run_id = $1) + (SELECT count(*) FROM made))::int AS effects`;

export class PostgresEffectStore implements EffectStore {
  constructor(private readonly db: DataSource) {}

  async makeOnce(run_id: string, key: string, data: unknown): Promise<number> {
    const [row]: { effects: number }[] = await this.db.query(prepared(MAKE_ONCE), [
      run_id,
      key,
      JSON.stringify(data),
    ]);
    return row?.effects ?? 0;
  }
}
