import { ApplicationFailure } from '@temporalio/activity';
import type { JsonSchemaFormat } from '../../workflows/contract/model.js';
import type { Became, Delivered, DeliveryRequest, WorkActivities } from '../../workflows/contract/work.js';

/** The facts of one model call, and the part of them that is kept. */
export interface Question {
  /** Names the call within the run. */
  key: string;
  /** The facts for the model, which are not stored. Null means that there is nothing to ask. */
  input: unknown;
  /** The part of the facts that the delivery needs; PostgreSQL keeps it with the answer. */
  kept: Record<string, unknown>;
  /** Counts and ids that the flow goes on with: they become history. */
  shown: unknown;
  format: JsonSchemaFormat | 'version';
}

export interface WorkStore {
  gather(run_id: string, what: string, args: unknown): Promise<unknown>;
  question(run_id: string, what: string, args: unknown): Promise<Question>;
  deliver(run_id: string, request: DeliveryRequest): Promise<Delivered>;
}

/** Enough for a page of ids; a document is longer. */
const MOST_BYTES = 32 * 1024;

export function createWork({ work }: { work: WorkStore }): WorkActivities {
  return {
    gather: async ({ run_id, what, args }) => small(what, await work.gather(run_id, what, args)),
    deliver: async ({ run_id, ...request }) => became(await work.deliver(run_id, request)),
  };
}

/** History is bounded: it takes counts and ids, not documents. */
export function small<T>(what: string, facts: T): T {
  const bytes = Buffer.byteLength(JSON.stringify(facts) ?? '');
  if (bytes <= MOST_BYTES) return facts;
  throw ApplicationFailure.nonRetryable(
    `${what} shows ${bytes} bytes to history, more than ${MOST_BYTES}`,
    'agent_defect',
  );
}

function became({ outputs, proposed, dropped, superseded }: Delivered): Became {
  const counts = { outputs: outputs.length, proposed, dropped };
  return superseded === undefined ? counts : { ...counts, superseded };
}
