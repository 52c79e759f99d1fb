import type { Payload } from '@temporalio/common';
import proto, { type temporal } from '@temporalio/proto';
import { type SealingCodec, sealOf } from './payload-codec.js';

/** A workflow's history as Temporal keeps it: its payloads are sealed. */
export type History = temporal.api.history.v1.IHistory;
export const historyCodec = proto.temporal.api.history.v1.History;

/** A copy with every payload opened, and failures saying their own words again. */
export function decodeHistory(history: History, codec: SealingCodec): History {
  const copy = historyCodec.decode(historyCodec.encode(history).finish());
  open(copy, codec);
  return copy;
}

function open(value: unknown, codec: SealingCodec): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  for (const [name, part] of Object.entries(value)) {
    if (isSealed(part)) (value as Record<string, unknown>)[name] = codec.open(part);
    else open(part, codec);
  }
  sayAgain(value);
}

function isSealed(value: unknown): value is Payload {
  return (
    typeof value === 'object' && value !== null && 'metadata' in value && sealOf(value as Payload) !== null
  );
}

/** The failure converter puts the words of a failure into a payload; see workflows/failure-converter.ts. */
function sayAgain(failure: {
  encodedAttributes?: Payload | null;
  message?: string | null;
  stackTrace?: string | null;
}): void {
  const { data } = failure.encodedAttributes ?? {};
  if (!data) return;
  const decoded = JSON.parse(Buffer.from(data).toString('utf8')) as {
    message?: string;
    stack_trace?: string;
  };
  failure.message = decoded.message ?? '';
  failure.stackTrace = decoded.stack_trace ?? '';
}

/** The execution that this one was reset from; null where it was never reset. */
export function resetFrom(history: History): string | null {
  return lastReset(history)?.baseRunId || null;
}

/** Returns the id of the history's execution. */
export function executionOf(history: History): string {
  const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  return lastReset(history)?.newRunId || started?.originalExecutionRunId || 'unknown';
}

/** A reset leaves a failed workflow task that names both executions. */
function lastReset(history: History) {
  return (history.events ?? [])
    .map((event) => event.workflowTaskFailedEventAttributes)
    .filter((failed) => failed?.newRunId)
    .at(-1);
}

export function isClosed(history: History): boolean {
  const last = history.events?.at(-1);
  return Boolean(
    last?.workflowExecutionCompletedEventAttributes ??
      last?.workflowExecutionFailedEventAttributes ??
      last?.workflowExecutionCanceledEventAttributes ??
      last?.workflowExecutionTerminatedEventAttributes ??
      last?.workflowExecutionTimedOutEventAttributes ??
      last?.workflowExecutionContinuedAsNewEventAttributes,
  );
}
