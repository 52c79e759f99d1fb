import { readKeys, writeKey } from '../../src/platform/config/named-keys.js';
import { SealingCodec } from '../../src/platform/temporal/payload-codec.js';

/** The key with which every stack of the tests seals. */
export const PAYLOAD_KEYS = writeKey({ id: 'test', secret: Buffer.alloc(32, 'tests only') });
export const payloadCodec = codecOf(PAYLOAD_KEYS);

export function codecOf(text: string): SealingCodec {
  const keys = readKeys(text);
  if (!keys) throw new Error('these are no payload keys');
  return new SealingCodec(keys);
}
