import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { decodeHistory, type History, historyCodec } from '../../../src/platform/temporal/history.js';
import type { Caller, Json } from '../../support/caller.js';
import { expectVerified } from '../../support/effects.js';
import { PAYLOAD_KEYS, payloadCodec } from '../../support/payload-keys.js';
import { PrivateTemporal, sharedParts } from '../../support/private-parts.js';
import { Program } from '../../support/program.js';
import { LONG, TestStack } from '../../support/stack.js';
import { plant, WORDS } from './planted.js';

const FAILURE = 'step 1 fails in attempt 1, as asked';

const temporal = new PrivateTemporal();
beforeAll(() => temporal.start());
afterAll(() => temporal.close());

/** Plants words, lets every agent read them, and waits until the histories are archived. */
async function worked(keys: string): Promise<{ stack: TestStack; runs: Json[]; archived: History[] }> {
  const stack = new TestStack(
    { ...sharedParts(), temporal: temporal.address },
    { TEMPORAL_PAYLOAD_KEYS: keys },
  );
  await stack.open();
  const [{ url }] = await Promise.all([stack.startApi(), stack.startWorker()]);
  const api = stack.caller(url);
  const { project_id } = stack.tenant;
  const requests = Object.entries(await plant(api, project_id));
  const started = requests.map(([agent, input]) => api.start({ agent, project_id, input }));
  const failing = api.start({ agent: 'self_check', input: { fail_step: 1 } });
  const runs = await Promise.all([...started, failing].map(async (run) => api.ended((await run).id)));
  const ended = runs.map(({ agent, status }) => `${agent} ${status}`);
  expect(ended).toEqual([...requests.map(([agent]) => `${agent} completed`), 'self_check failed']);
  const rows = await vi.waitFor(async () => {
    const ids = runs.map(({ id }) => id);
    const kept = await stack.query<{ history: Buffer }>(
      'SELECT history FROM agent_run_histories WHERE run_id = ANY ($1)',
      [ids],
    );
    expect(kept).toHaveLength(ids.length);
    return kept;
  }, LONG);
  return { stack, runs, archived: rows.map(({ history }) => historyCodec.decode(gunzipSync(history))) };
}

/** The encodings of a history's payloads, but of those that Temporal and its SDK make of their own. */
function encodingsIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return found;
  const { metadata } = value as { metadata?: Record<string, Uint8Array> };
  if (metadata?.encoding) found.add(Buffer.from(metadata.encoding).toString('utf8'));
  for (const [name, part] of Object.entries(value))
    if (name !== 'searchAttributes' && name !== 'indexedFields') encodingsIn(part, found);
  return found;
}

function withoutMarks(history: History): History {
  const copy = historyCodec.decode(historyCodec.encode(history).finish());
  for (const { markerRecordedEventAttributes: marker } of copy.events ?? []) delete marker?.details?.data;
  return copy;
}

const wordsIn = (bytes: Buffer) => [...Object.values(WORDS), FAILURE].filter((word) => bytes.includes(word));

test("neither Temporal's store nor the archive holds a word or a payload in the clear", async () => {
  const { stack, archived } = await worked(PAYLOAD_KEYS);
  try {
    const kept = Buffer.concat(archived.map((history) => Buffer.from(historyCodec.encode(history).finish())));
    const bytes = temporal.bytes();
    for (const where of [bytes, kept]) {
      expect(where.includes('ticket_conflict_scanner')).toBe(true);
      expect(wordsIn(where)).toEqual([]);
    }
    for (const history of archived)
      expect([...encodingsIn(withoutMarks(history))]).toEqual(['binary/encrypted']);
    // An opened history shows what the feed shows, such as the reason of a failure, and no word of a person.
    const opened = archived.map((history) => decodeHistory(history, payloadCodec));
    const readable = Buffer.concat(
      opened.map((history) => Buffer.from(historyCodec.encode(history).finish())),
    );
    expect(wordsIn(readable)).toEqual([FAILURE]);
    expect(readable.includes('You review')).toBe(false);
  } finally {
    await stack.close();
  }
}, 120_000);

test('the same search finds the words if nothing is sealed', async () => {
  const { stack, archived } = await worked('none');
  try {
    const kept = Buffer.concat(archived.map((history) => Buffer.from(historyCodec.encode(history).finish())));
    expect(wordsIn(temporal.bytes())).toEqual([FAILURE]);
    expect(wordsIn(kept)).toEqual([FAILURE]);
    for (const history of archived)
      expect([...encodingsIn(withoutMarks(history))]).not.toContain('binary/encrypted');
    for (const { log } of stack.programs) expect(log).toContain('Temporal keeps payloads in the clear');
  } finally {
    await stack.close();
  }
}, 120_000);

test('runs that began in the clear, or with an earlier key, go on with the next one and are proven', async () => {
  const rotated = `next:${Buffer.alloc(32, 'another').toString('base64')},${PAYLOAD_KEYS}`;
  const stack = new TestStack({ ...sharedParts(), temporal: temporal.address });
  await stack.open();
  try {
    const ids: string[] = [];
    let api: Caller | undefined;
    for (const keys of ['none', PAYLOAD_KEYS, rotated]) {
      await Promise.all(stack.programs.map((program) => program.end('SIGKILL')));
      const settings = { TEMPORAL_PAYLOAD_KEYS: keys };
      const [{ url }] = await Promise.all([stack.startApi(settings), stack.startWorker(settings)]);
      api = stack.caller(url);
      const { id } = await api.start({ agent: 'self_check', input: { steps: 100, delay_ms: 100 } });
      ids.push(id);
      await vi.waitFor(async () => {
        expect(await stack.query('SELECT FROM agent_run_effects WHERE run_id = $1', [id])).not.toEqual([]);
      }, LONG);
    }
    for (const id of ids) {
      expect(await api!.ended(id)).toMatchObject({ status: 'completed' });
      await expectVerified(api!, id, 'temporal');
    }
  } finally {
    await stack.close();
  }
}, 120_000);

test('without keys, neither the API nor a worker starts; both name the setting', async () => {
  const stack = new TestStack(sharedParts(), { TEMPORAL_PAYLOAD_KEYS: '' });
  await stack.open();
  try {
    for (const name of ['api', 'worker'] as const) {
      const program = Program.start(name, stack.environment);
      expect(await program.ended()).toBe(1);
      expect(program.log).toContain('TEMPORAL_PAYLOAD_KEYS: is needed');
    }
  } finally {
    await stack.close();
  }
});
