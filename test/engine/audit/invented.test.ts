import { expect, inject, test, vi } from 'vitest';
import type { Json } from '../../support/caller.js';
import { LONG, useStack } from '../../support/stack.js';
import { withTemporal } from '../../support/temporal-client.js';

const used = useStack();

/** A copy of an ended run and of its first and last event, written into the tables. */
async function invent(facts: string): Promise<string> {
  const { id: real } = await used.api.start({ agent: 'self_check' });
  await used.api.ended(real);
  const [copy] = await used.stack.query<{ id: string }>(
    `WITH run AS (
       INSERT INTO agent_runs
       SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(), 'event_seq', 2, 'archived_at', NULL) || ${facts})).*
         FROM agent_runs r WHERE r.id = $1
       RETURNING *),
     events AS (
       INSERT INTO agent_run_events (run_id, seq, type, at, status, attempt, data, organisation_id, user_id, written_by, token)
       SELECT run.id, row_number() OVER (ORDER BY e.seq), e.type, e.at, e.status, e.attempt, e.data, e.organisation_id, e.user_id,
              e.written_by, e.token
         FROM run, agent_run_events e
        WHERE e.run_id = $1 AND e.type IN ('background_run_queued', 'background_run_completed'))
     SELECT id FROM run`,
    [real],
  );
  return copy?.id ?? '';
}

async function untilFound(id: string): Promise<void> {
  await vi.waitFor(async () => {
    const { body } = await used.api.get(`/api/agent-runs/${id}/audit`);
    expect(body, JSON.stringify(body)).toMatchObject({
      verdict: 'mismatch',
      reason: null,
      run: { verdict: 'mismatch' },
      archive: { verdict: 'verified', signed_at: expect.any(String) },
    });
    expect(body.events.map((event: Json) => event.verdict)).toEqual(['mismatch', 'mismatch']);
  }, LONG);
}

test('a run that somebody invents is attested by nothing, though its workflow is started and archived', async () => {
  const id = await invent(`jsonb_build_object('status', 'queued', 'dispatched_at', NULL, 'started_at', NULL,
    'finished_at', NULL, 'created_at', now() - interval '1 minute', 'due_at', now() + interval '15 seconds')`);
  await vi.waitFor(async () => {
    const [run] = await used.stack.query('SELECT dispatched_at FROM agent_runs WHERE id = $1', [id]);
    expect(run?.dispatched_at).not.toBeNull();
  }, LONG);
  await used.stack.query(
    `UPDATE agent_runs SET status = 'completed', finished_at = now() - interval '5 seconds', result = '{"forged": true}' WHERE id = $1`,
    [id],
  );
  await withTemporal(inject('temporal'), (client) => client.workflow.getHandle(id).result());
  await untilFound(id);
}, 90_000);

test('an ended run that Temporal does not know is archived as that, and does not verify', async () => {
  await untilFound(await invent(`jsonb_build_object('finished_at', now() - interval '5 seconds')`));
}, 60_000);
