import { ApplicationFailure } from '@temporalio/activity';
import type { Delivered, WorkActivities } from '../../workflows/contract/work.js';

export interface WorkStore {
  gather(run_id: string, what: string, args: unknown): Promise<unknown>;
  deliver(run_id: string, step: string, output: unknown): Promise<Delivered>;
}

/** What is gathered goes into history: references and extracts, not documents. */
const MOST_BYTES = 128 * 1024;

export function createWork({ work }: { work: WorkStore }): WorkActivities {
  return {
    async gather({ run_id, what, args }) {
      const facts = await work.gather(run_id, what, args);
      const bytes = Buffer.byteLength(JSON.stringify(facts) ?? '');
      if (bytes <= MOST_BYTES) return facts;
      throw ApplicationFailure.nonRetryable(
        `${what} gathers ${bytes} bytes, more than ${MOST_BYTES}`,
        'agent_defect',
      );
    },
    deliver: ({ run_id, step, output }) => work.deliver(run_id, step, output),
  };
}
