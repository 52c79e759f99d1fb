import { Context } from '@temporalio/activity';
import type { ModelUsage } from '../../workflows/contract/model.js';
import { storable } from '../../workflows/contract/storable.js';
import { ModelFailure, toFailure } from './failures.js';
import { costOf } from './prices.js';

/** The answer of a recorded call, now or when its activity is repeated. */
export interface StoredAnswer {
  response: unknown;
  model: string;
  input_tokens: number;
  output_tokens: number;
  cost_usd: number | null;
  /** The facts that were recorded with the answer. */
  facts: unknown;
}

interface CallName {
  run_id: string;
  key: string;
  kind: 'respond' | 'embed';
  requested_model: string;
  /** The facts to record with the answer. */
  facts?: unknown;
}

export interface StoredCall extends CallName {
  model: string | null;
  status: 'answered' | 'failed';
  usage: ModelUsage;
  duration_ms: number;
  request_id: string | null;
  response: unknown;
  error: unknown;
}

/** Records calls with their tokens and cost; an answered call is never made again. */
export interface ModelCallStore {
  answered(run_id: string, key: string): Promise<StoredAnswer | null>;
  record(call: StoredCall): Promise<void>;
}

export interface Received {
  model: string;
  input_tokens: number;
  output_tokens: number;
  request_id: string | null;
}

const HEARTBEAT_EVERY_MS = 2000;
const NOTHING_SPENT: ModelUsage = { input_tokens: 0, output_tokens: 0, cost_usd: null };

/**
 * Asks the provider unless the answer was recorded before, and records what came of it. `received` is called as soon as
 * the provider has answered, so that tokens count even when the answer turns out to be unusable.
 */
export async function answerOnce(
  calls: ModelCallStore,
  call: CallName,
  ask: (signal: AbortSignal, received: (answer: Received) => void) => Promise<unknown>,
): Promise<StoredAnswer> {
  const earlier = await calls.answered(call.run_id, call.key);
  // An answer that was recorded before calls kept their facts does not say what it was given to: it is asked for again.
  if (earlier && ((call.facts ?? null) === null || earlier.facts !== null)) return earlier;

  const context = Context.current();
  const started = performance.now();
  let model: string | null = null;
  let request_id: string | null = null;
  let usage = NOTHING_SPENT;
  const heartbeat = setInterval(() => context.heartbeat(), HEARTBEAT_EVERY_MS);
  const outcome = () => ({
    ...call,
    model,
    usage,
    request_id,
    duration_ms: Math.round(performance.now() - started),
  });
  try {
    const response = await ask(context.cancellationSignal, (answer) => {
      const { input_tokens, output_tokens } = answer;
      ({ model, request_id } = answer);
      usage = { input_tokens, output_tokens, cost_usd: costOf(answer.model, input_tokens, output_tokens) };
    });
    await calls.record({ ...outcome(), status: 'answered', response, error: null });
    return { response, model: model ?? call.requested_model, ...usage, facts: call.facts ?? null };
  } catch (thrown) {
    const failure = toFailure(thrown);
    const error = {
      code: 'type' in failure ? failure.type : failure.name,
      message: failure.message,
      words: failure instanceof ModelFailure && failure.words ? storable(failure.words).slice(0, 2000) : null,
    };
    await calls.record({ ...outcome(), status: 'failed', response: null, error });
    throw failure;
  } finally {
    clearInterval(heartbeat);
  }
}

/** Tells Temporal that the activity lives, for as long as the work takes. */
export async function beating<T>(work: () => Promise<T>): Promise<T> {
  const heartbeat = setInterval(() => Context.current().heartbeat(), HEARTBEAT_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
  }
}

export function usageOf({ input_tokens, output_tokens, cost_usd }: StoredAnswer): ModelUsage {
  return { input_tokens, output_tokens, cost_usd };
}
