import type { Json } from '../support/caller.js';
import { openHistory, withTemporal } from '../support/temporal-client.js';

/** What a run asked its model, as Temporal’s history has it. */
export async function askedOf(address: string, run_id: string): Promise<Json> {
  return withTemporal(address, async (client) => {
    const events = (await openHistory(client, run_id)).events ?? [];
    const asked = events.flatMap(({ activityTaskScheduledEventAttributes: activity }) =>
      activity?.activityType?.name === 'respond' ? [activity.input?.payloads?.[0]?.data] : [],
    );
    return JSON.parse(Buffer.from(asked[0] ?? []).toString('utf8') || 'null');
  });
}
