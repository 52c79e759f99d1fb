import { expect, test, vi } from 'vitest';
import { ok } from '../support/answers.js';
import { useScriptedStack } from '../support/scripted-stack.js';
import { LONG } from '../support/stack.js';
import { newTicket } from '../workspace/new-items.js';

const scripted = useScriptedStack({}, { worker: false });

const TICKETS = 6;
const PAIRS = (TICKETS * (TICKETS - 1)) / 2;

test('a worker killed between two batches: what was judged is kept, and nothing is proposed twice', async () => {
  const { project_id } = scripted.stack.tenant;
  for (let at = 1; at <= TICKETS; at += 1)
    await newTicket(scripted.api, project_id, {
      title: `The lift is stuck in storey ${at}`,
      body: 'It does not move.',
    });
  const verdicts = Array.from({ length: 10 }, (_, at) => ({
    pair: at + 1,
    verdict: 'duplicate',
    original: 'first',
    reason: 'It is the same lift.',
  }));
  const say = { mode: 'say', endpoint: 'responses', text: JSON.stringify({ verdicts }) };
  await scripted.model.misbehave([say, { mode: 'slow', endpoint: 'responses', ms: 120_000 }, say]);
  const worker = await scripted.stack.startWorker();
  const [{ id }] = ok(
    await scripted.api.post(`/api/projects/${project_id}/ticket-conflicts/scan`),
    201,
  ).agent_runs;
  await vi.waitFor(async () => expect((await scripted.model.calls()).by_endpoint.responses).toBe(2), LONG);
  await worker.end('SIGKILL');
  await scripted.stack.startWorker();

  const run = await scripted.api.ended(id, 90_000);
  expect(run).toMatchObject({
    status: 'completed',
    attempt: 1,
    result: { tickets: TICKETS, pairs: PAIRS, duplicates: PAIRS, dropped: 5, left: 0, known: 0 },
  });
  expect((await scripted.model.calls()).by_endpoint.responses).toBe(3);
  const proposals = await scripted.stack.query<{ dedupe_key: string }>('SELECT dedupe_key FROM proposals');
  expect(proposals).toHaveLength(PAIRS);
  expect(new Set(proposals.map(({ dedupe_key }) => dedupe_key)).size).toBe(PAIRS);
}, 180_000);
