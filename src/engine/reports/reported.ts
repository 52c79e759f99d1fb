import { ApplicationFailure } from '@temporalio/common';
import type { FailedRun, Listed } from '../../../workflows/contract/reports.js';
import { NoFacts } from './facts.store.js';

/** The limit for the facts about runs that a model gets. */
const MOST_BYTES = 20_000;

/** Facts as they may become history. */
export async function reported<T extends { failures: Listed<FailedRun & { message: string }> }>(
  facts: Promise<T>,
) {
  try {
    return withoutMessages(boundedFacts(await facts));
  } catch (thrown) {
    if (thrown instanceof NoFacts) throw ApplicationFailure.nonRetryable(thrown.message, 'validation_failed');
    throw thrown;
  }
}

/** A message may quote anything, and this becomes history: a question looks the messages up again. */
function withoutMessages<T extends { failures: Listed<FailedRun & { message: string }> }>(facts: T) {
  const listed = facts.failures.listed.map(({ message: _, ...failure }): FailedRun => failure);
  return { ...facts, failures: { ...facts.failures, listed } };
}

/** Failures are all that may be long; the last of the list go first. */
export function boundedFacts<T extends { failures: Listed<unknown> }>(facts: T): T {
  const listed = [...facts.failures.listed];
  const held = { ...facts, failures: { ...facts.failures, listed } };
  while (listed.length > 0 && Buffer.byteLength(JSON.stringify(held)) > MOST_BYTES) listed.pop();
  return held;
}
