import { ActivityFailure, ApplicationFailure, CancellationScope } from '@temporalio/workflow';

/**
 * This is no failure of the run: the workflow task fails, and Temporal gives it to workers until one knows the agent.
 */
export class AgentUnknown extends Error {
  constructor(why: string) {
    super(`${why}; the run waits for a worker that knows it`);
    this.name = 'AgentUnknown';
  }
}

/** Begin and finish: neither is interrupted, and neither is done by a worker that does not know the agent. */
export async function whereKnown<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await CancellationScope.nonCancellable(write);
  } catch (thrown) {
    const cause = thrown instanceof ActivityFailure ? thrown.cause : thrown;
    if (cause instanceof ApplicationFailure && cause.type === 'AgentUnknown')
      throw new AgentUnknown(cause.message);
    throw thrown;
  }
}
