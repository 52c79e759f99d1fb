import { Client, Connection } from '@temporalio/client';
import { expect, vi } from 'vitest';
import { decodeHistory, type History } from '../../src/platform/temporal/history.js';
import { payloadCodec } from './payload-keys.js';

export async function withTemporal<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection, dataConverter: { payloadCodecs: [payloadCodec] } }));
  } finally {
    await connection.close();
  }
}

/** The history of a workflow with its payloads opened. */
export async function openHistory(client: Client, workflowId: string, runId?: string): Promise<History> {
  return decodeHistory(await client.workflow.getHandle(workflowId, runId).fetchHistory(), payloadCodec);
}

/** Waits until Temporal itself has forgotten these workflows. */
export async function forget(address: string, workflowIds: string[]): Promise<void> {
  await withTemporal(address, async (client) => {
    for (const workflowId of workflowIds) {
      const request = { namespace: 'default', workflowExecution: { workflowId } };
      await client.workflowService.deleteWorkflowExecution(request);
    }
    for (const workflowId of workflowIds) {
      const known = () => client.workflow.getHandle(workflowId).describe();
      await vi.waitFor(() => expect(known()).rejects.toThrow(), { timeout: 120_000, interval: 500 });
    }
  });
}
