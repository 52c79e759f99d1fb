import { readPayloadKeys, writePayloadKey } from '../../src/config/payload-keys.js';
import { SealingCodec } from '../../src/temporal/payload-codec.js';

/** What every stack of the tests seals with. */
export const PAYLOAD_KEYS = writePayloadKey({ id: 'test', secret: Buffer.alloc(32, 'tests only') });
export const payloadCodec = codecOf(PAYLOAD_KEYS);

export function codecOf(text: string): SealingCodec {
  const keys = readPayloadKeys(text);
  if (!keys) throw new Error('these are no payload keys');
  return new SealingCodec(keys);
}
