import type { Receipt } from '../../../workflows/contract/run.js';
import type { RunEventType } from '../../../workflows/contract/run-state.js';
import { canonical } from '../../platform/canonical.js';
import { digestOf } from '../../platform/digest.js';

/** The parts of an event that people rely on. */
export interface EventFacts {
  seq: number;
  type: RunEventType;
  at: Date;
  status: string;
  attempt: number;
  data: Record<string, unknown>;
}

/** Pins an event: workflow history keeps the receipt, so a changed row no longer agrees with it. */
export function receipt(run_id: string, event: EventFacts): Receipt {
  const facts = [
    run_id,
    event.seq,
    event.type,
    event.at.toISOString(),
    event.status,
    event.attempt,
    event.data,
  ];
  const digest = digestOf(canonical(facts)).slice(0, 22);
  return { seq: event.seq, type: event.type, digest };
}
