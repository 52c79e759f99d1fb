import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Caller } from '../support/caller.js';
import { expectRightEnd, expectVerified } from '../support/effects.js';
import { EventSource } from '../support/event-source.js';
import { PrivatePostgres, sharedParts } from '../support/private-parts.js';
import { LONG, TestStack } from '../support/stack.js';

const postgres = new PrivatePostgres();
let stack: TestStack;
let api: Caller;

beforeAll(async () => {
  await postgres.start();
  await postgres.prepare();
  stack = new TestStack({ ...sharedParts(), postgres: postgres.url });
  await stack.open();
  const [{ url }] = await Promise.all([stack.startApi(), stack.startWorker()]);
  api = stack.caller(url);
});
afterAll(async () => {
  await stack.close();
  await postgres.close();
});

test('PostgreSQL restarted in mid-run: every run reaches its end, and the stream loses and doubles no event', async () => {
  const stream = await EventSource.open(api);
  const input = { steps: 20, delay_ms: 150 };
  const runs = await Promise.all(Array.from({ length: 10 }, () => api.start({ agent: 'self_check', input })));
  await api.until(runs[0].id, ({ progress }) => progress?.done >= 4);
  await postgres.stop();
  const refused = await api.post('/api/agent-runs', { agent: 'self_check' });
  expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  await postgres.start();

  for (const { id } of runs) {
    await expectRightEnd(stack, api, id, 'completed');
    await expectVerified(api, id, 'temporal');
    const events = await api.events(id);
    await vi.waitFor(() => {
      const seen = stream.events.filter((event) => event.data.run_id === id).map((event) => event.data.seq);
      expect(seen).toEqual(events.map(({ seq }) => seq));
    }, LONG);
  }
  stream.close();
}, 180_000);
