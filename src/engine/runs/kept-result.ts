import type { DataSource } from 'typeorm';
import type { CompleteResult } from '../../../activities/runs/lifecycle.js';
import { parseStorable } from '../../../workflows/contract/storable.js';
import { effectOf } from './effect.store.js';
import { findAnswer } from './model-call.store.js';

/** A result's texts never pass through history: they come from the record of the call, or of the delivery. */
export function createCompleteResult(db: DataSource): CompleteResult {
  return async (run_id, kept, partly) => {
    if ('answer' in kept) {
      const call = await findAnswer(db, run_id, kept.answer);
      return call ? parseStorable(call.response as string) : null;
    }
    const effect = await effectOf(db, run_id, kept.delivery);
    const { result } = (effect?.data ?? {}) as { result?: object | null };
    return { ...(partly as object), ...result };
  };
}
