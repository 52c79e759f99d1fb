import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { EventReader, type StreamEvent } from '../../../src/engine/feed/event.store.js';
import { EventHub } from '../../../src/engine/feed/event-hub.js';
import { EventStream, MOST_MISSED } from '../../../src/engine/feed/event-stream.js';
import { Outlet } from '../../../src/engine/feed/outlet.js';
import { readPosition, writePosition } from '../../../src/engine/feed/position.js';
import { readEnvironment } from '../../../src/platform/config/environment.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { EventSource } from '../../support/event-source.js';
import { LONG, useStack } from '../../support/stack.js';

const used = useStack({ API_STREAMS_PER_KEY: '3' });
let db: DataSource;
const last: (() => unknown)[] = [];

beforeAll(async () => {
  db = await createDataSource(used.stack.database, 4).initialize();
});
afterAll(async () => {
  for (const step of last.reverse()) await step();
  await db.destroy();
});

function later<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const ADD = `INSERT INTO agent_run_events (run_id, seq, type, at, status, attempt, data, organisation_id, user_id, written_by)
  SELECT r.id, 1000 + n, 'background_run_progress', now(), 'running', 1, jsonb_build_object('text', repeat('x', $3)),
         r.organisation_id, r.user_id, 'test/' || n
    FROM agent_runs r, generate_series(1, $2::int) n WHERE r.id = $1`;

/** A run with so many further events, each with so many characters. */
async function runWith(count: number, characters = 1): Promise<string> {
  const { id } = await used.api.start({ agent: 'self_check' });
  await used.api.ended(id);
  await db.query(ADD, [id, count, characters]);
  return id;
}

/** A client that says what it wants and then reads nothing, with the answer that a server would write to. */
async function silentClient(): Promise<{ socket: Socket; response: ServerResponse }> {
  const answered = later<ServerResponse>();
  const server = createServer((_, response) => answered.resolve(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  last.push(() => {
    socket.destroy();
    server.close();
  });
  return { socket, response: await answered.promise };
}

/** Counts the pages that are read, and says when one was. */
class CountingReader extends EventReader {
  pages = 0;
  readonly first = later<void>();

  override async between(...place: Parameters<EventReader['between']>): Promise<StreamEvent[]> {
    this.pages += 1;
    const page = await super.between(...place);
    this.first.resolve();
    return page;
  }
}

const everything = (organisation_id: string) => ({ organisation_id, wants: () => true });

test('a client resumes over many pages; from further back it gets position_expired and continues live', async () => {
  const { era } = await new EventReader(db).mark();
  const near = await runWith(2300);
  const resumed = await EventSource.open(used.api, `?run_id=${near}`, `${era}.1:1:`);
  await vi.waitFor(
    () => expect(resumed.events.filter(({ data }) => data.seq > 1000)).toHaveLength(2300),
    LONG,
  );
  const seqs = resumed.events.map(({ data }) => data.seq);
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  resumed.close();

  await runWith(MOST_MISSED + 1);
  const far = await EventSource.open(used.api, '', `${era}.1:1:`);
  await vi.waitFor(() => expect(far.greeting?.type).toBe('position_expired'), LONG);
  expect(far.greeting?.data).toMatchObject({ code: 'position_expired' });
  const { id } = await used.api.start({ agent: 'self_check' });
  await vi.waitFor(() => expect(far.events.at(-1)?.type).toBe('background_run_completed'), LONG);
  expect(new Set(far.events.map(({ data }) => data.run_id))).toEqual(new Set([id]));
  far.close();
});

test('a place ahead of the database, or of another era, is expired', async () => {
  const { era, seen } = await new EventReader(db).mark();
  const ahead = `${2n ** 62n + 3n}`;
  for (const place of [`${era}.${ahead}:${ahead}:`, `7.${seen}`, seen]) {
    const stream = await EventSource.open(used.api, '', place);
    await vi.waitFor(() => expect(stream.greeting?.type, place).toBe('position_expired'), LONG);
    expect(readPosition(stream.greeting?.id ?? '').era).toBe(era);
    stream.close();
  }
});

test('no page is read for a client that has left', async () => {
  const run = await runWith(6000, 2000);
  const [{ before }] = await db.query(
    `SELECT min(xid)::text AS before FROM agent_run_events WHERE run_id = $1 AND seq > 1000`,
    [run],
  );
  const { socket, response } = await silentClient();
  const reader = new CountingReader(db);
  const hub = openHub(db);
  const outlet = new Outlet(response);
  const filter = everything(used.stack.tenant.organisation_id);
  const from = { ...(await reader.mark()), seen: `${before}:${before}:` };
  const running = new EventStream(hub, reader, filter, outlet).run(from, async () => true);
  await reader.first.promise;
  socket.destroy();
  await running;
  expect(reader.pages).toBeLessThan(12);
  const { pages } = reader;
  await db.query('SELECT 1');
  expect(reader.pages).toBe(pages);
});

test('a client that does not read is cut off: by what waits for it, and by the clock', async () => {
  const { response } = await silentClient();
  const flooded = new Outlet(response);
  flooded.begin();
  for (let sent = 0; sent < 64 && !flooded.closed; sent += 1) flooded.write('x'.repeat(1024 * 1024));
  expect(flooded.closed).toBe(true);
  await flooded.gone;

  const slow = await silentClient();
  const outlet = new Outlet(slow.response, 200);
  outlet.begin();
  while (!slow.response.writableNeedDrain) {
    outlet.write('x'.repeat(100_000));
    await new Promise(setImmediate);
  }
  await outlet.drained();
  await outlet.gone;
  expect(outlet.closed).toBe(true);
});

test('what comes while a client catches up waits for it up to a bound', async () => {
  const { response } = await silentClient();
  const outlet = new Outlet(response);
  const mark = { era: '1', seen: '5:5:' };
  const never = new Promise<never>(() => undefined);
  const stream = new EventStream(
    { join: async () => ({ from: mark, leave: () => undefined }) },
    { reach: () => never, between: () => never },
    everything('mine'),
    outlet,
  );
  void stream.run(mark, async () => true);
  const event = { organisation_id: 'mine' } as StreamEvent;
  const batch = (organisation_id: string) => ({
    ...mark,
    until: '6:6:',
    events: [{ ...event, organisation_id }],
  });
  for (let n = 0; n < 100_000; n += 1) stream.receive(batch("somebody else's"));
  expect(outlet.closed).toBe(false);
  for (let n = 0; n < 20_000 && !outlet.closed; n += 1) stream.receive(batch('mine'));
  expect(outlet.closed).toBe(true);
});

test('a key has a limit of open streams; closing one allows another', async () => {
  const open = () => EventSource.open(used.api);
  const streams = await Promise.all([open(), open(), open()]);
  const refused = await used.api.get('/api/agent-runs/stream');
  expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_streams' } });
  streams[0]?.close();
  await vi.waitFor(async () => streams.push(await open()), LONG);
  for (const stream of streams) stream.close();
});

test('what is announced while the first stream joins reaches it, without a further announcement', async () => {
  const { id } = await used.api.start({ agent: 'self_check' });
  await used.api.ended(id);
  let slow = false;
  const behind: DataSource = Object.create(db, {
    query: {
      value: async (sql: string, values: unknown[]) => {
        const answer = await db.query(sql, values);
        if (!sql.startsWith('SELECT event_era()') || slow) return answer;
        slow = true;
        await db.query(ADD, [id, 1, 1]);
        await heard;
        return answer;
      },
    },
  });
  const hub = openHub(behind);
  const inside = hub as unknown as { announce(): void };
  const heard = new Promise<void>((resolve) => {
    const announce = inside.announce.bind(hub);
    inside.announce = () => {
      announce();
      if (slow) resolve();
    };
  });
  const received: StreamEvent[] = [];
  const { leave } = await hub.join({
    receive: ({ events }) => void received.push(...events),
    cut: () => undefined,
  });
  await vi.waitFor(() => expect(received.map(({ run_id }) => run_id)).toEqual([id]), LONG);
  leave();
});

test('more events at once than one read takes cut the streams off, and resuming brings each of them', async () => {
  const run = await runWith(0);
  const reader = new EventReader(db);
  const hub = openHub(db);
  const mark = await reader.mark();
  const cut = later<void>();
  await hub.join({ receive: () => undefined, cut: () => cut.resolve() });
  await db.query(ADD, [run, 6000, 1]);
  await cut.promise;
  const resumed = await EventSource.open(used.api, `?run_id=${run}`, writePosition(mark));
  await vi.waitFor(() => expect(resumed.events.length).toBe(6000), LONG);
  resumed.close();
});

function openHub(source: DataSource): EventHub {
  const hub = new EventHub(source, { ...readEnvironment({}), DATABASE_URL: used.stack.database });
  last.push(() => hub.onApplicationShutdown());
  return hub;
}
