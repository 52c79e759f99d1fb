import { randomUUID } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import type { History } from '../../src/platform/temporal/engine.js';
import type { Json } from '../support/caller.js';
import { openHistory, withTemporal } from '../support/temporal-client.js';

/** The answer of a local activity, as history keeps it. */
interface Answered {
  activity: string;
  answer: Json;
}

/**
 * Resets the closed workflow of a run to before its first or its last workflow task: a worker repeats the work since.
 * Returns the answers of its local activities, then and now.
 */
export async function worksAgain(
  address: string,
  workflowId: string,
  from: 'first' | 'last',
): Promise<{ first: Answered[]; again: Answered[] }> {
  return withTemporal(address, async (client) => {
    const history = await openHistory(client, workflowId);
    const tasks = (history.events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
    const task = from === 'first' ? tasks.at(0) : tasks.at(-1);
    if (!task?.eventId) throw new Error(`the workflow ${workflowId} has no task that ended`);
    const { runId } = await client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId },
      reason: 'the contract battery',
      workflowTaskFinishEventId: task.eventId,
      requestId: randomUUID(),
    });
    await client.workflow.getHandle(workflowId, runId).result();
    const since = Number(task.eventId);
    const again = await openHistory(client, workflowId, runId);
    return { first: answersSince(history, since), again: answersSince(again, since) };
  });
}

/** Receipts are left out, because a repeated write writes nothing. */
function answersSince({ events }: History, since: number): Answered[] {
  return (events ?? []).flatMap(({ eventId, markerRecordedEventAttributes: marker }) => {
    const [data] = marker?.details?.data?.payloads ?? [];
    if (Number(eventId) < since || !data) return [];
    const [result] = marker?.details?.result?.payloads ?? [];
    const { activity_type } = defaultPayloadConverter.fromPayload<Json>(data as never);
    const answer = result ? defaultPayloadConverter.fromPayload<Json>(result as never) : null;
    const { receipts: _, ...rest } = answer ?? {};
    return [{ activity: activity_type, answer: rest }];
  });
}
