import { expect } from 'vitest';
import type { Caller, Json } from './caller.js';
import type { TestStack } from './stack.js';

/** Every event once and in order, every effect once, and history proves all of it. */
export async function expectRightEnd(
  stack: TestStack,
  api: Caller,
  id: string,
  status: string,
): Promise<Json> {
  const run = await api.ended(id, 90_000);
  expect(run.status, JSON.stringify(run)).toBe(status);
  const events = await api.events(id);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.filter((event) => event.status === status)).toHaveLength(1);
  const steps = await stack.query<{ key: string }>('SELECT key FROM agent_run_effects WHERE run_id = $1', [
    id,
  ]);
  expect(new Set(steps.map(({ key }) => key)).size).toBe(steps.length);
  if (status === 'completed') expect(steps).toHaveLength(run.input.steps);
  return run;
}

export async function expectVerified(api: Caller, id: string, source: 'temporal' | 'archive'): Promise<Json> {
  const { body: audit } = await api.get(`/api/agent-runs/${id}/audit`);
  expect(audit, JSON.stringify(audit)).toMatchObject({ verdict: 'verified', source });
  for (const event of audit.events) {
    expect(event).toMatchObject({ verdict: 'verified', source });
    expect(event.proof).toMatchObject({ event_id: expect.any(Number), event_type: expect.any(String) });
  }
  return audit;
}
