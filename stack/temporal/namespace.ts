import { Connection } from '@temporalio/client';
import { msNumberToTs, optionalTsToMs } from '@temporalio/common/lib/time.js';
import { registerMissing } from '../../src/platform/temporal/register.js';
import { until } from '../until.js';

const hour = 3_600_000;
/** The retention that `start-dev` sets; a person chose any other value. */
const usualRetentionMs = 24 * hour;
const wantedRetentionMs = 72 * hour;

export async function temporalAnswers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 2000 });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

/** Adds what an older database lacks; comes back when the server knows every search attribute. */
export async function prepareNamespace(
  address: string,
  namespace: string,
  signal?: AbortSignal,
): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await addSearchAttributes(connection, namespace, signal);
    await extendRetention(connection, namespace);
  } finally {
    await connection.close();
  }
}

async function addSearchAttributes(
  connection: Connection,
  namespace: string,
  signal?: AbortSignal,
): Promise<void> {
  const complete = async () => (await registerMissing(connection, namespace)).length === 0;
  if (await until(complete, { withinMs: 30_000, signal })) return;
  throw new Error('Temporal does not take the search attributes');
}

async function extendRetention(connection: Connection, namespace: string): Promise<void> {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  if (optionalTsToMs(config?.workflowExecutionRetentionTtl) !== usualRetentionMs) return;
  const workflowExecutionRetentionTtl = msNumberToTs(wantedRetentionMs);
  await connection.workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } });
}
