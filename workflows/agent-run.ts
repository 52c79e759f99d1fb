import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  sleep,
} from '@temporalio/workflow';
import { agents } from '../agents/index.js';
import { AgentUnknown, whereKnown } from './agent-unknown.js';
import { type AgentDefinition, isPartly } from './contract/agent.js';
import type { Begun, Closed, Going, Outcome, RetryPolicy, RunStart } from './contract/run.js';
import { assertNever } from './contract/run-state.js';
import { customFlow } from './custom-agent.js';
import { lifecycle } from './proxies.js';
import { cancelledError, disabledError, readFailure, timedOutError } from './read-failure.js';
import { heard, type Position, runContext } from './run-context.js';

/** The life of every run: begin → body → finish. Its workflow id is the run's id. */
export async function agentRun(start: RunStart): Promise<Closed | null> {
  const scope = CancellationScope.current();
  const { run_id, agent } = start;
  const position: Position = { attempt: 1, step: null, progress: null, known: 0 };
  heard(position, start);
  const begun = await whereKnown(() => lifecycle.begin({ run_id, known: position.known }));
  if (begun.outcome === 'ended') return null;
  heard(position, begun);

  const outcome = await body(start, begun, scope, position);
  const { progress, known } = position;
  const custom = begun.outcome === 'go' && begun.custom ? { custom: true } : {};
  const finished = await whereKnown(() =>
    lifecycle.finish({ run_id, known, agent, ...custom, outcome, progress }),
  );
  return close(finished.closed);
}

async function body(
  start: RunStart,
  begun: Exclude<Begun, { outcome: 'ended' }>,
  scope: CancellationScope,
  position: Position,
): Promise<Outcome> {
  if (begun.outcome === 'skip') return { status: 'skipped', error: disabledError(begun.message), attempt: 0 };
  let limit: CancellationScope | null = null;
  try {
    if (begun.outcome === 'cancel' || scope.consideredCancelled)
      throw new CancelledFailure('cancelled before it began');
    const way = wayOf(begun, start.agent);
    limit = new CancellationScope({ cancellable: true, timeout: begun.timeout_ms });
    const result = await limit.run(() => attempts(start.run_id, way, begun.input, position));
    const { attempt } = position;
    return isPartly(result)
      ? { status: 'completed', result: result.partly, kept: result.kept, attempt }
      : { status: 'completed', result, attempt };
  } catch (thrown) {
    if (thrown instanceof AgentUnknown) throw thrown;
    const { attempt } = position;
    // The failure of a call after its cancellation is not the reason why the run ends.
    if (begun.outcome === 'cancel' || scope.consideredCancelled)
      return { status: 'cancelled', error: cancelledError(position), attempt };
    if (limit?.consideredCancelled || isCancellation(thrown))
      return { status: 'timed_out', error: timedOutError(position, begun.timeout_ms), attempt };
    return { status: 'failed', error: readFailure(thrown, position), attempt };
  }
}

interface Way {
  flow: AgentDefinition['flow'];
  retry: RetryPolicy;
}

/** A built-in agent brings its flow, its version how often it is tried. */
function wayOf(begun: Going, key: string): Way {
  const known = agents.find((agent) => agent.key === key);
  const flow = begun.custom ? customFlow : known?.flow;
  const retry = begun.retry ?? known?.policy.retry;
  if (flow && retry) return { flow, retry };
  throw ApplicationFailure.nonRetryable(`this worker does not know the agent ${key}`, 'agent_unknown');
}

/** Tries the body until it ends, fails for good, or its attempts are used up. */
async function attempts(
  run_id: string,
  { flow, retry }: Way,
  input: unknown,
  position: Position,
): Promise<unknown> {
  for (;;) {
    try {
      position.step = null;
      return await flow(runContext(run_id, position), input);
    } catch (thrown) {
      if (isCancellation(thrown)) throw thrown;
      const error = readFailure(thrown, position);
      if (!error.retryable || position.attempt >= retry.max_attempts) throw thrown;
      const delay_ms = retryDelay(retry, position.attempt);
      const next_attempt = position.attempt + 1;
      const { known } = position;
      heard(position, await lifecycle.retrying({ run_id, known, error, next_attempt, delay_ms }));
      await sleep(delay_ms);
      position.attempt = next_attempt;
      await lifecycle.startAttempt({ run_id, known: position.known, attempt: next_attempt });
    }
  }
}

export function retryDelay(retry: RetryPolicy, attempt: number): number {
  return Math.min(retry.max_delay_ms, retry.first_delay_ms * retry.backoff ** (attempt - 1));
}

/** Ends the workflow the way the run ended, so that Temporal's Web UI tells the same story. */
function close({ error, ...closed }: Closed): Closed {
  switch (closed.status) {
    case 'completed':
    case 'skipped':
      return closed;
    case 'cancelled':
      throw new CancelledFailure(error?.message ?? 'cancelled');
    case 'failed':
    case 'timed_out':
      throw ApplicationFailure.nonRetryable(error?.message, error?.code);
    default:
      return assertNever(closed.status);
  }
}
