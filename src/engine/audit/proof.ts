import { defaultPayloadConverter } from '@temporalio/common';
import proto, { type temporal } from '@temporalio/proto';
import type { Receipt } from '../../../workflows/contract/run.js';
import type { History } from '../../platform/temporal/engine.js';
import { isClosed } from '../../platform/temporal/history.js';
import type { ChainEntry } from '../attestation/chain.js';
import { type EventFacts, receipt } from '../attestation/receipt.js';
import { isStrong } from '../runs/shown.sql.js';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Payload = temporal.api.common.v1.IPayload;

/** The event in Temporal's history that proves one of ours, or the entry of the audit chain. */
interface Proof {
  event_id: number;
  event_type: string;
  event_time: string;
}

export type Verdict = 'verified' | 'mismatch' | 'pending';

interface Proven {
  receipt: Receipt;
  proof: Proof;
}

/** Receipts of a run: in the workflow's argument, in what its activities answered, and in the audit chain. */
export class ProofBook {
  private readonly bySeq = new Map<number, Proven>();
  /** True if history has ended, so that it will prove nothing more. */
  readonly closed: boolean;
  /**
   * The digests of what the run showed when it ended, by history or an attesting entry, in the strongest form first.
   */
  readonly shown: readonly string[];

  /** Takes all executions of one workflow, the first one first, and the chain's entries about the run. */
  constructor(histories: readonly History[], chain: readonly ChainEntry[]) {
    const shown: string[] = [];
    const note = (digest: string | null) => {
      if (digest !== null && shown.every((known) => isStrong(known) !== isStrong(digest))) shown.push(digest);
    };
    const take = (receipts: readonly Receipt[], proof: Proof) => {
      for (const one of receipts)
        if (!this.bySeq.has(one.seq)) this.bySeq.set(one.seq, { receipt: one, proof });
    };
    for (const event of histories.flatMap(({ events }) => events ?? [])) {
      const answer = answerIn(event);
      take(answer.receipts, proofOf(event));
      note(answer.shown);
    }
    for (const entry of chain) {
      if (entry.kind !== 'attested' && entry.kind !== 'adopted') continue;
      // Adoption only says what was found later, so it proves only what the run's history leaves out.
      if (entry.kind === 'adopted' && histories.length === 0) continue;
      take(entry.facts.receipts, proofIn(entry));
      note(entry.facts.shown);
    }
    this.shown = shown;
    const last = histories.at(-1);
    this.closed = last !== undefined && isClosed(last);
  }

  get seqs(): number[] {
    return [...this.bySeq.keys()];
  }

  /** `unproven` is said of an event that has no proof while history may still come to hold one. */
  judge(run_id: string, event: EventFacts, unproven: Verdict): { proof: Proof | null; verdict: Verdict } {
    const proven = this.bySeq.get(event.seq);
    if (proven) {
      const same = receipt(run_id, event).digest === proven.receipt.digest;
      return { proof: proven.proof, verdict: same ? 'verified' : 'mismatch' };
    }
    return { proof: null, verdict: this.closed ? 'mismatch' : unproven };
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
  const recorded = read(started ?? local ?? activity);
  const { receipts, shown } = (recorded ?? {}) as { receipts?: unknown; shown?: unknown };
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

function proofIn({ number, at }: ChainEntry): Proof {
  return { event_id: number, event_type: 'AuditChainEntry', event_time: new Date(at).toISOString() };
}

/** EVENT_TYPE_MARKER_RECORDED → MarkerRecorded, as the Web UI writes it. */
function typeName(type: HistoryEvent['eventType']): string {
  const name = typeof type === 'string' ? type : proto.temporal.api.enums.v1.EventType[type ?? 0];
  return String(name)
    .replace(/^EVENT_TYPE_/, '')
    .toLowerCase()
    .replace(/(^|_)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
}
