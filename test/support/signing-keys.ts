import { Signer } from '../../src/engine/attestation/signer.js';
import { readKeys, writeKey } from '../../src/platform/config/named-keys.js';

/** The key with which every stack of the tests signs. */
export const SIGNING_KEYS = writeKey({ id: 'test', secret: Buffer.alloc(32, 'tests sign with it') });
export const signer = signerOf(SIGNING_KEYS);

export function signerOf(text: string): Signer {
  const keys = readKeys(text);
  if (!keys) throw new Error('these are no keys');
  return new Signer(keys);
}
