import { ApplicationFailure } from '@temporalio/activity';
import type {
  FailedRun,
  Listed,
  ProjectChanges,
  ProjectDay,
  ReportActivities,
  WithMessages,
} from '../../workflows/contract/reports.js';

export interface FactsStore {
  changes(run_id: string, since: string | null): Promise<WithMessages<ProjectChanges>>;
  day(run_id: string, day: string | null): Promise<WithMessages<ProjectDay>>;
}

/** The run has nothing to report, however often the activity is repeated. */
export class NoFacts extends Error {}

/** The limit for the facts about runs that a model gets. */
const MOST_BYTES = 20_000;

export function createReports({ facts }: { facts: FactsStore }): ReportActivities {
  return {
    projectChanges: ({ run_id, since }) => told(facts.changes(run_id, since)),
    projectDay: ({ run_id, day }) => told(facts.day(run_id, day)),
  };
}

async function told<T extends { failures: Listed<FailedRun> }>(asked: Promise<WithMessages<T>>) {
  try {
    return withoutMessages(boundedFacts(await asked));
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
