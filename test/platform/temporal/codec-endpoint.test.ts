import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { historyCodec } from '../../../src/platform/temporal/history.js';
import { sealOf } from '../../../src/platform/temporal/payload-codec.js';
import { findTemporal } from '../../../stack/temporal/binary.js';
import type { Answer, Caller, Json } from '../../support/caller.js';
import { payloadCodec } from '../../support/payload-keys.js';
import { expectProblem } from '../../support/problems.js';
import { useStack } from '../../support/stack.js';
import { withTemporal } from '../../support/temporal-client.js';
import { temporaryHome } from '../../support/temporary-home.js';
import { newKey, newMember, type Person } from '../auth/people.js';

const UI = 'http://temporal.acme.test:8233';
const CODEC = '/api/temporal/codec';
const used = useStack({ TEMPORAL_UI_URL: `${UI}/deep` });

let member: Person;
let colleague: Person;
let stranger: Caller;
let mine: Json;
let nobodys: Json;
beforeAll(async () => {
  member = await newMember(used.api, 'member');
  colleague = await newMember(used.api, 'member');
  stranger = used.stack.caller(used.url, (await used.stack.seed('Globex', 'owner@globex.test')).api_key);
  mine = await startOf(member.api);
  nobodys = await startOf(used.api);
  await used.stack.query('UPDATE agent_runs SET user_id = NULL WHERE id = $1', [nobodys.run_id]);
});

/** A run's first payload, as the Temporal Web UI sends it, and the run that it names. */
async function startOf(api: Caller): Promise<Json> {
  const { id } = await api.start({ agent: 'self_check' });
  await api.ended(id);
  const history = await withTemporal(inject('temporal'), ({ workflow }) =>
    workflow.getHandle(id).fetchHistory(),
  );
  const { events } = historyCodec.toObject(historyCodec.fromObject(history), { bytes: String }) as Json;
  return { run_id: id, payload: events[0].workflowExecutionStartedEventAttributes.input.payloads[0] };
}

const decode = (api: Caller, ...payloads: Json[]): Promise<Answer> =>
  api.post(`${CODEC}/decode`, { payloads });
const bytesOf = ({ metadata, data }: Json): Payload => ({
  metadata: Object.fromEntries(
    Object.entries(metadata as Record<string, string>).map(([name, value]) => [
      name,
      Buffer.from(value, 'base64'),
    ]),
  ),
  data: Buffer.from(data, 'base64'),
});

/** Returns which of the two payloads the caller was shown. */
async function opens(api: Caller): Promise<string[]> {
  const answer = await decode(api, mine.payload, nobodys.payload);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.payloads.flatMap((payload: Json, index: number) => {
    if (sealOf(bytesOf(payload))) {
      expect(payload).toEqual([mine, nobodys][index].payload);
      return [];
    }
    const { run_id } = defaultPayloadConverter.fromPayload<Json>(bytesOf(payload));
    return [run_id === mine.run_id ? 'mine' : "nobody's"];
  });
}

describe('payloads of a run', () => {
  test('of a person open to that person alone, those of nobody to administrators of its organisation', async () => {
    const admin = await newMember(used.api, 'admin');
    expect(await opens(member.api)).toEqual(['mine']);
    for (const administrator of [used.api, admin.api])
      expect(await opens(administrator)).toEqual(["nobody's"]);
    expect(await opens(colleague.api)).toEqual([]);
    expect(await opens(stranger)).toEqual([]);
  });

  test("are not opened under another run's name, nor when they were changed", async () => {
    const { run_id } = await startOf(colleague.api);
    const metadata = { ...mine.payload.metadata, 'workflow-id': Buffer.from(run_id).toString('base64') };
    const renamed = { ...mine.payload, metadata };
    const cut = { ...mine.payload, data: mine.payload.data.slice(0, 40) };
    expect((await decode(colleague.api, renamed)).body).toEqual({ payloads: [renamed] });
    expect((await decode(member.api, cut)).body).toEqual({ payloads: [cut] });
  });

  test('that are not sealed, or of no run, come back as they came', async () => {
    const clear = { metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'MQ==', more: [1] };
    const [of] = await payloadCodec.encode([bytesOf(clear)], {
      type: 'workflow',
      namespace: 'default',
      workflowId: `cadence-${randomUUID()}`,
    });
    const tick = {
      metadata: Object.fromEntries(
        Object.entries(of!.metadata!).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
      ),
      data: Buffer.from(of!.data!).toString('base64'),
    };
    expect((await decode(used.api, clear, tick, {})).body).toEqual({
      payloads: [clear, tick, { metadata: {} }],
    });
  });
});

test("Temporal's own CLI shows what its user may read", async () => {
  const { path } = await findTemporal({ home: temporaryHome(), log: () => undefined });
  const startShownTo = async ({ key }: Caller): Promise<Payload> => {
    const args = ['workflow', 'show', '-w', mine.run_id, '--address', inject('temporal'), '-o', 'json'];
    const codec = ['--codec-endpoint', `${used.url}${CODEC}`, '--codec-auth', `Bearer ${key}`];
    const { stdout } = await promisify(execFile)(path, [...args, ...codec]);
    const [start] = JSON.parse(stdout).events;
    return bytesOf(start.workflowExecutionStartedEventAttributes.input.payloads[0]);
  };
  const start = defaultPayloadConverter.fromPayload(await startShownTo(member.api));
  expect(start).toMatchObject({ run_id: mine.run_id, agent: 'self_check' });
  expect(sealOf(await startShownTo(colleague.api))).toMatchObject({ workflow_id: mine.run_id });
});

describe('who asks', () => {
  test('needs a key with the permission', async () => {
    expectProblem(await decode(used.stack.caller(used.url, 'nsk_unknown'), mine.payload), 'unauthenticated');
    const { api } = await newKey(used.api, { scopes: ['runs:read'] });
    expectProblem(await decode(api, mine.payload), 'forbidden');
  });

  test('may put a key into the address that grants nothing else, as the Web UI needs it', async () => {
    const { api: narrow } = await newKey(used.api, { scopes: ['payloads:read'] });
    const ask = (key: string) =>
      used.stack.caller(used.url, '').post(`${CODEC}/keys/${key}/decode`, { payloads: [nobodys.payload] });
    const answer = await ask(narrow.key);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(sealOf(bytesOf(answer.body.payloads[0]))).toBeNull();
    expectProblem(await ask(used.api.key), 'forbidden');
    expectProblem(await ask('nsk_unknown'), 'unauthenticated');
  });

  test.each([
    [{}, 'payloads'],
    [{ payloads: [{ metadata: { encoding: 'no base64!' } }] }, 'payloads.0.metadata.encoding'],
    [{ payloads: [{ data: 7 }] }, 'payloads.0.data'],
  ])('%j is refused, naming the field', async (body, field) => {
    expectProblem(await used.api.post(`${CODEC}/decode`, body), 'validation_failed', field);
  });
});

describe('a page of another origin', () => {
  const preflight = (origin: string, path = `${CODEC}/decode`) =>
    used.api.send('OPTIONS', path, undefined, { origin, 'access-control-request-method': 'POST' });
  const allowed = ({ headers }: Answer) => headers.get('access-control-allow-origin');

  test('may ask where it is the Temporal Web UI, and only this', async () => {
    const asked = await preflight(UI);
    expect([asked.status, allowed(asked)]).toEqual([204, UI]);
    expect(asked.headers.get('access-control-allow-headers')).toBe(
      'authorization, content-type, x-namespace',
    );
    const answer = await used.api.post(`${CODEC}/decode`, { payloads: [nobodys.payload] }, { origin: UI });
    expect([answer.status, allowed(answer)]).toEqual([200, UI]);
    const refused = await used.stack.caller(used.url, 'nsk_x').post(`${CODEC}/decode`, {}, { origin: UI });
    expect([refused.status, allowed(refused)]).toEqual([401, UI]);
    expect(allowed(await preflight(UI, '/api/agent-runs'))).toBeNull();
    expect(allowed(await used.api.get('/api/me', { origin: UI }))).toBeNull();
  });

  test.each(['http://evil.test', `${UI}.evil.test`, 'null'])('may not where it is %s', async (origin) => {
    const asked = await preflight(origin);
    expect(asked.status).toBeGreaterThanOrEqual(400);
    expect(allowed(asked)).toBeNull();
  });
});
