import { defaultPayloadConverter } from '@temporalio/common';
import proto, { type temporal } from '@temporalio/proto';
import type { Receipt } from '../../workflows/contract/run.js';
import type { History } from '../temporal/engine.js';
import { type EventFacts, receipt } from './receipt.js';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Payload = temporal.api.common.v1.IPayload;

/** The event in Temporal's history that proves one of ours. */
export interface Proof {
  event_id: number;
  event_type: string;
  event_time: string;
}

export type Verdict = 'verified' | 'mismatch' | 'pending';

interface Proven {
  receipt: Receipt;
  proof: Proof;
}

/** Receipts that a history holds: in the workflow's argument, and in what its activities answered. */
export class ProofBook {
  private readonly bySeq = new Map<number, Proven>();
  readonly close: (Proof & { status: string }) | null;

  constructor(readonly history: History) {
    for (const event of history.events ?? []) {
      for (const one of receiptsIn(event)) {
        if (!this.bySeq.has(one.seq)) this.bySeq.set(one.seq, { receipt: one, proof: proofOf(event) });
      }
    }
    const last = history.events?.at(-1);
    const status = last ? closeStatus(last) : null;
    this.close = last && status ? { ...proofOf(last), status } : null;
  }

  get seqs(): number[] {
    return [...this.bySeq.keys()];
  }

  judge(run_id: string, event: EventFacts): { proof: Proof | null; verdict: Verdict } {
    const proven = this.bySeq.get(event.seq);
    if (proven) {
      const same = receipt(run_id, event).digest === proven.receipt.digest;
      return { proof: proven.proof, verdict: same ? 'verified' : 'mismatch' };
    }
    return { proof: null, verdict: this.close ? 'mismatch' : 'pending' };
  }

  proofOfSeq(seq: number): Proof | null {
    return this.bySeq.get(seq)?.proof ?? null;
  }
}

function receiptsIn(event: HistoryEvent): Receipt[] {
  const started = event.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  const marker = event.markerRecordedEventAttributes;
  const local =
    marker?.markerName === 'core_local_activity' ? marker.details?.result?.payloads?.[0] : undefined;
  const activity = event.activityTaskCompletedEventAttributes?.result?.payloads?.[0];
  const found = read(started ?? local ?? activity);
  const list = (found as { receipts?: unknown } | null)?.receipts;
  return Array.isArray(list) ? (list as Receipt[]) : [];
}

function read(payload: Payload | undefined): unknown {
  if (!payload) return null;
  try {
    return defaultPayloadConverter.fromPayload(payload as never);
  } catch {
    return null;
  }
}

function proofOf(event: HistoryEvent): Proof {
  const { seconds, nanos } = event.eventTime ?? {};
  return {
    event_id: Number(event.eventId ?? 0),
    event_type: typeName(event.eventType),
    event_time: new Date(Number(seconds ?? 0) * 1000 + Math.floor((nanos ?? 0) / 1e6)).toISOString(),
  };
}

/** EVENT_TYPE_MARKER_RECORDED → MarkerRecorded, as the Web UI writes it. */
function typeName(type: HistoryEvent['eventType']): string {
  const name = typeof type === 'string' ? type : proto.temporal.api.enums.v1.EventType[type ?? 0];
  return String(name)
    .replace(/^EVENT_TYPE_/, '')
    .toLowerCase()
    .replace(/(^|_)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
}

const CLOSE_STATUS: Record<string, string> = {
  WorkflowExecutionCompleted: 'COMPLETED',
  WorkflowExecutionFailed: 'FAILED',
  WorkflowExecutionCanceled: 'CANCELLED',
  WorkflowExecutionTerminated: 'TERMINATED',
  WorkflowExecutionTimedOut: 'TIMED_OUT',
  WorkflowExecutionContinuedAsNew: 'CONTINUED_AS_NEW',
};

function closeStatus(event: HistoryEvent): string | null {
  return CLOSE_STATUS[typeName(event.eventType)] ?? null;
}
