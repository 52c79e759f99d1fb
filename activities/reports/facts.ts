import { ApplicationFailure } from '@temporalio/activity';
import type {
  FailedRun,
  Listed,
  ProjectChanges,
  ProjectDay,
  ReportActivities,
} from '../../workflows/contract/reports.js';

export interface FactsStore {
  changes(run_id: string, since: string | null): Promise<ProjectChanges>;
  day(run_id: string, day: string | null): Promise<ProjectDay>;
}

/** There is nothing to tell of, however often it is asked for. */
export class NoFacts extends Error {}

/** They become part of Temporal's history. */
const MOST_BYTES = 20_000;

export function createReports({ facts }: { facts: FactsStore }): ReportActivities {
  return {
    projectChanges: ({ run_id, since }) => told(facts.changes(run_id, since)),
    projectDay: ({ run_id, day }) => told(facts.day(run_id, day)),
  };
}

async function told<T extends { failures: Listed<FailedRun> }>(asked: Promise<T>): Promise<T> {
  try {
    return bounded(await asked);
  } catch (thrown) {
    if (thrown instanceof NoFacts) throw ApplicationFailure.nonRetryable(thrown.message, 'validation_failed');
    throw thrown;
  }
}

/** Failures are all that may be long; the last of the list go first. */
export function bounded<T extends { failures: Listed<FailedRun> }>(facts: T): T {
  const listed = [...facts.failures.listed];
  const held = { ...facts, failures: { ...facts.failures, listed } };
  while (listed.length > 0 && Buffer.byteLength(JSON.stringify(held)) > MOST_BYTES) listed.pop();
  return held;
}
