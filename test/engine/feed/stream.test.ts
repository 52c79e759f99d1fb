import { afterAll, expect, test, vi } from 'vitest';
import { newMember } from '../../platform/auth/people.js';
import type { Caller } from '../../support/caller.js';
import { withDatabase } from '../../support/database.js';
import { EventSource, type Message } from '../../support/event-source.js';
import { LONG, useStack } from '../../support/stack.js';

const used = useStack();
const opened: EventSource[] = [];
afterAll(() => {
  for (const stream of opened) stream.close();
});

async function open(api: Caller, query = '', lastId?: string): Promise<EventSource> {
  const stream = await EventSource.open(api, query, lastId);
  opened.push(stream);
  return stream;
}

const place = ({ data }: Message) => `${data.run_id}/${data.seq}`;

/** The events in PostgreSQL, run by run: the stream must show all of them, once, in each run's order. */
async function expectWhole(ids: string[], messages: () => Message[]): Promise<void> {
  const rows = await used.stack.query<{ run_id: string; seq: number }>(
    'SELECT run_id, seq FROM agent_run_events WHERE run_id = ANY($1)',
    [ids],
  );
  const wanted = rows.map(({ run_id, seq }) => `${run_id}/${seq}`).sort();
  await vi.waitFor(() => expect(messages().map(place).sort()).toEqual(wanted), LONG);
  for (const id of ids) {
    const ofRun = messages().filter(({ data }) => data.run_id === id);
    const seqs = ofRun.map(({ data }) => data.seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  }
}

async function burst(count: number): Promise<string[]> {
  const start = () => used.api.start({ agent: 'self_check', input: { steps: 2 } });
  const runs = await Promise.all(Array.from({ length: count }, start));
  for (const { id } of runs) await used.api.ended(id);
  return runs.map(({ id }) => id);
}

test('every event arrives once, in order, at every replica', async () => {
  const second = await used.stack.startApi();
  const streams = [await open(used.api), await open(used.stack.caller(second.url)), await open(used.api)];
  const ids = await burst(30);
  for (const stream of streams) await expectWhole(ids, () => stream.events);
});

test('a client that is cut off anywhere goes on where it was, at another replica too', async () => {
  const second = await used.stack.startApi();
  const first = await open(used.api);
  const ids = await burst(25);
  await expectWhole(ids, () => first.events);
  for (const kept of [0, 1, 7, 33, first.events.length - 1]) {
    const before = first.events.slice(0, kept + 1);
    const resumed = await open(used.stack.caller(second.url), '', before.at(-1)?.id);
    await expectWhole(ids, () => [...before, ...resumed.events]);
    resumed.close();
  }
});

test('a client cut off again and again while runs go on loses nothing and sees nothing twice', async () => {
  const seen: Message[] = [];
  let stream = await open(used.api);
  let ended = false;
  const runs = burst(40).finally(() => {
    ended = true;
  });
  while (!ended) {
    const { length } = stream.events;
    await vi.waitFor(() => expect(ended || stream.events.length > length).toBe(true), LONG);
    stream.close();
    await vi.waitFor(() => expect(stream.ended).toBe(true), LONG);
    seen.push(...stream.events);
    stream = await open(used.api, '', stream.lastId);
  }
  const ids = await runs;
  await expectWhole(ids, () => [...seen, ...stream.events]);
});

test('a commit that comes late, behind events with higher numbers, is not lost', async () => {
  const stream = await open(used.api);
  const { id } = await used.api.start({ agent: 'self_check' });
  await used.api.ended(id);
  await expectWhole([id], () => stream.events);
  await withDatabase(used.stack.parts.postgres, used.stack.name, async (db) => {
    await db.query('BEGIN');
    await db.query(
      `INSERT INTO agent_run_events (run_id, seq, type, at, status, attempt, data, organisation_id, user_id, written_by)
       SELECT run_id, 5, type, at, status, attempt, '{"late": true}', organisation_id, user_id, 'late'
         FROM agent_run_events WHERE run_id = $1 AND seq = 4`,
      [id],
    );
    const others = await burst(3);
    await expectWhole(others, () => stream.events.filter(({ data }) => others.includes(data.run_id)));
    const cut = await open(used.api, '', stream.lastId);
    await db.query('COMMIT');
    for (const client of [stream, cut]) {
      await vi.waitFor(
        () => expect(client.events.filter(({ data }) => data.data.late)).toHaveLength(1),
        LONG,
      );
    }
  });
});

test('filters: one run, one agent, and nothing of other users unless asked', async () => {
  const { api: colleague } = await newMember(used.api, 'member');
  const mine = await open(colleague);
  const everyone = await open(colleague, '?scope=organisation');
  const nothing = await open(used.api, '?agent=another');
  const { id } = await used.api.start({ agent: 'self_check', input: { steps: 3, delay_ms: 300 } });
  const one = await open(used.api, `?run_id=${id}`);
  const others = await burst(2);
  await used.api.ended(id);
  await expectWhole([id, ...others], () => everyone.events);
  await vi.waitFor(() => expect(one.events.at(-1)?.type).toBe('background_run_completed'), LONG);
  expect(new Set(one.events.map(({ data }) => data.run_id))).toEqual(new Set([id]));
  expect(mine.events).toEqual([]);
  expect(nothing.events).toEqual([]);
});

test('a place that the stream never gave out is refused', async () => {
  for (const bad of [
    '1',
    'x:y:',
    '5:6:~',
    '5:6:~5:6:~now~x~1',
    `${'9'.repeat(40)}:1:`,
    '5:3:',
    '5:9:7,6',
    '0:0:',
    `1:${2n ** 64n}:`,
    `1:${2n ** 33n}:`,
    '9.x',
  ]) {
    const answer = await used.api.get('/api/agent-runs/stream', { 'last-event-id': bad });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } });
  }
});
