import { randomBytes, randomUUID } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadSettings, readEnvironment } from '../../../src/platform/config/environment.js';
import { writeKey } from '../../../src/platform/config/named-keys.js';
import { SealBroken, sealOf } from '../../../src/platform/temporal/payload-codec.js';
import { codecOf } from '../../support/payload-keys.js';

const [earlier, later] = ['earlier', 'later'].map((id) => writeKey({ id, secret: randomBytes(32) }));
const codec = codecOf(earlier!);
const workflowId = randomUUID();
const of = (id: string) => ({ type: 'workflow', namespace: 'default', workflowId: id }) as const;

const clear = (value: unknown): Payload => defaultPayloadConverter.toPayload(value)!;
const sealed = async (value: unknown, with_ = codec, id: string = workflowId): Promise<Payload> => {
  const [payload] = await with_.encode([clear(value)], of(id));
  return payload!;
};
const opened = (payload: Payload, with_ = codec, id?: string): unknown =>
  defaultPayloadConverter.fromPayload(with_.open(payload, id));

describe('a sealed payload', () => {
  test('comes back as it was, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const payload = await sealed(value);
        const [decoded] = await codec.decode([payload], of(workflowId));
        const { metadata, data } = clear(value);
        expect(Buffer.from(decoded!.data!)).toEqual(Buffer.from(data!));
        expect(decoded!.metadata).toEqual(
          Object.fromEntries(Object.entries(metadata!).map(([name, bytes]) => [name, Buffer.from(bytes)])),
        );
      }),
    );
  });

  test('holds no word of what was sealed, and never looks the same twice', async () => {
    const [one, other] = [await sealed('a private word'), await sealed('a private word')];
    for (const { metadata, data } of [one, other]) {
      const bytes = Buffer.concat([...Object.values(metadata ?? {}), data ?? new Uint8Array()]);
      expect(bytes.includes('private')).toBe(false);
    }
    expect(Buffer.from(one.data!).equals(Buffer.from(other.data!))).toBe(false);
    expect(Buffer.from(one.data!.subarray(0, 12)).equals(Buffer.from(other.data!.subarray(0, 12)))).toBe(
      false,
    );
  });

  test('names its key and its workflow, and opens only as what they say', async () => {
    const payload = await sealed('text');
    expect(sealOf(payload)).toEqual({ key_id: 'earlier', workflow_id: workflowId });
    const other = randomUUID();
    expect(() => opened(payload, codec, other)).toThrow(SealBroken);
    const moved = { ...payload, metadata: { ...payload.metadata, 'workflow-id': Buffer.from(other) } };
    expect(() => opened(moved, codec, other)).toThrow(SealBroken);
    const both = codecOf(`${earlier},${later}`);
    const renamed = {
      ...payload,
      metadata: { ...payload.metadata, 'encryption-key-id': Buffer.from('later') },
    };
    expect(() => opened(renamed, both)).toThrow(SealBroken);
  });

  test('of a Schedule, or of any workflow that it starts, is opened by each of them', async () => {
    const schedule = `cadence-${randomUUID()}`;
    const [first, second] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:10Z'].map((at) => `${schedule}-${at}`);
    for (const id of [schedule, first!])
      expect(opened(await sealed('tick', codec, id), codec, second)).toBe('tick');
    const others = await sealed('tick', codec, `cadence-${randomUUID()}`);
    expect(() => opened(others, codec, second)).toThrow(SealBroken);
  });

  test('that was changed anywhere is refused', async () => {
    const payload = await sealed({ text: 'a private word' });
    await fc.assert(
      fc.asyncProperty(fc.nat(payload.data!.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const data = Buffer.from(payload.data!);
        data[at] = data[at]! ^ by;
        expect(() => codec.open({ ...payload, data })).toThrow(SealBroken);
      }),
    );
    expect(() => codec.open({ ...payload, data: payload.data!.subarray(0, 20) })).toThrow(SealBroken);
    expect(() => codec.open({ ...payload, data: new Uint8Array() })).toThrow(SealBroken);
  });
});

test('keys rotate: the first one seals, all of them open', async () => {
  const rotated = codecOf(`${later},${earlier}`);
  const [before, after] = [await sealed('before'), await sealed('after', rotated)];
  expect([before, after].map((payload) => sealOf(payload)?.key_id)).toEqual(['earlier', 'later']);
  expect([before, after].map((payload) => opened(payload, rotated))).toEqual(['before', 'after']);
  expect(() => opened(after)).toThrow('TEMPORAL_PAYLOAD_KEYS does not hold the key later');
});

test('payloads in the clear pass, and `none` leaves new ones so', async () => {
  const [clearOnly, leaving] = [codecOf('none'), codecOf(`none,${earlier}`)];
  const [payload] = await clearOnly.encode([clear('text')], of(workflowId));
  expect(sealOf(payload!)).toBeNull();
  for (const any of [clearOnly, leaving, codec]) expect(opened(payload!, any)).toBe('text');
  expect(opened(await sealed('sealed'), leaving)).toBe('sealed');
});

const secret = randomBytes(32).toString('base64');

test.each([
  secret,
  `a:${secret.slice(2)}`,
  `a:${secret}${secret}`,
  `:${secret}`,
  `a b:${secret}`,
  `a:${secret},a:${secret}`,
  `a:${secret},`,
  `a:${secret},none`,
  'none,none',
])('%# is no list of keys: the setting is named, its value is not', (value) => {
  const refused = () => readEnvironment({ TEMPORAL_PAYLOAD_KEYS: value });
  expect(refused).toThrow(BadSettings);
  expect(refused).toThrow('TEMPORAL_PAYLOAD_KEYS: must be keys as id:secret');
  expect(refused).not.toThrow(secret.slice(4, 20));
});

test('secrets may be written in either alphabet of base64', () => {
  for (const text of [`a:${secret}`, `a:${Buffer.from(secret, 'base64').toString('base64url')}`])
    expect(readEnvironment({ TEMPORAL_PAYLOAD_KEYS: text }).TEMPORAL_PAYLOAD_KEYS).toBe(text);
});
