import type { DataSource } from 'typeorm';
import type { CompleteResult } from '../../../activities/runs/lifecycle.js';
import { parseStorable } from '../../../workflows/contract/storable.js';

/** A result’s texts never pass through history: they come from the record of the call, or of the delivery. */
export function createCompleteResult(db: DataSource): CompleteResult {
  return async (run_id, kept, partly) => {
    if ('answer' in kept) {
      const [call]: { response: string }[] = await db.query(
        `SELECT response FROM agent_run_model_calls WHERE run_id = $1 AND key = $2 AND status = 'answered'`,
        [run_id, kept.answer],
      );
      return call ? parseStorable(call.response) : null;
    }
    const [effect]: { result: object | null }[] = await db.query(
      `SELECT data->'result' AS result FROM agent_run_effects WHERE run_id = $1 AND key = $2`,
      [run_id, kept.delivery],
    );
    return { ...(partly as object), ...effect?.result };
  };
}
