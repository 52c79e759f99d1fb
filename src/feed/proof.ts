import { defaultPayloadConverter } from '@temporalio/common';
import proto, { type temporal } from '@temporalio/proto';
import type { Receipt } from '../../workflows/contract/run.js';
import { endingEvent } from '../../workflows/contract/run-state.js';
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

/** Events that end a run. */
const ENDINGS: ReadonlySet<string> = new Set(
  (['completed', 'failed', 'timed_out', 'cancelled', 'skipped'] as const).map(endingEvent),
);

export type Verdict = 'verified' | 'mismatch' | 'pending';

interface Proven {
  receipt: Receipt;
  proof: Proof;
}

/** Receipts that a history holds: in the workflow's argument, and in what its activities answered. */
export class ProofBook {
  private readonly bySeq = new Map<number, Proven>();
  readonly close: (Proof & { status: string }) | null;

  /** Whether a workflow of ours wrote how the run ended. */
  readonly ended: boolean;
  /** What the run showed when it ended, as the workflow recorded it. */
  readonly shown: string | null;

  /** Of all executions of one workflow, the first one first. */
  constructor(histories: readonly History[]) {
    let shown: string | null = null;
    for (const event of histories.flatMap(({ events }) => events ?? [])) {
      const answer = answerIn(event);
      for (const one of answer.receipts)
        if (!this.bySeq.has(one.seq)) this.bySeq.set(one.seq, { receipt: one, proof: proofOf(event) });
      shown ??= answer.shown;
    }
    this.shown = shown;
    this.ended = [...this.bySeq.values()].some(({ receipt: { type } }) => ENDINGS.has(type));
    const last = histories.at(-1)?.events?.at(-1);
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

/** The receipts in an event, and what the run showed where the event is the answer of `finish`. */
function answerIn(event: HistoryEvent): { receipts: Receipt[]; shown: string | null } {
  const started = event.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  const marker = event.markerRecordedEventAttributes;
  const local =
    marker?.markerName === 'core_local_activity' ? marker.details?.result?.payloads?.[0] : undefined;
  const activity = event.activityTaskCompletedEventAttributes?.result?.payloads?.[0];
  const found = read(started ?? local ?? activity);
  const { receipts, shown } = (found ?? {}) as { receipts?: unknown; shown?: unknown };
  return {
    receipts: Array.isArray(receipts) ? (receipts as Receipt[]) : [],
    shown: typeof shown === 'string' ? shown : null,
  };
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
