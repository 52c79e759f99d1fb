import { CancellationScope, CancelledFailure, sleep } from '@temporalio/workflow';

/**
 * This is longer than the heartbeat timeout of a model call, so that only a call that ignores its cancellation reaches
 * it.
 */
const LONGEST_STOP = '30s';

/** Waits for a cancelled call to end, so that what it spent is counted with the run; but not for ever. */
export async function untilSettled<T>(call: () => Promise<T>): Promise<T> {
  let settled = false;
  const answer = call().finally(() => {
    settled = true;
  });
  const givenUp = CancellationScope.current().cancelRequested.catch(async (cancelled: unknown) => {
    if (!settled) await CancellationScope.nonCancellable(() => sleep(LONGEST_STOP));
    throw cancelled;
  });
  return Promise.race([answer, givenUp]);
}

/** Waits for a write that has begun, so that the run reports its result. A write that has not begun is not made. */
export async function uninterrupted<T>(write: () => Promise<T>): Promise<T> {
  if (CancellationScope.current().consideredCancelled)
    throw new CancelledFailure('cancelled before the write');
  return CancellationScope.nonCancellable(write);
}
