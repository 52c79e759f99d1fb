import { randomBytes } from 'node:crypto';
import { sha256 } from '../digest.js';

/** `nsk_` + 8 characters to recognise it by + `_` + 256 random bits. Only the hash is stored. */
interface NewKey {
  key: string;
  prefix: string;
  hash: Buffer;
}

export function makeKey(): NewKey {
  const prefix = `nsk_${randomBytes(4).toString('hex')}`;
  const key = `${prefix}_${randomBytes(32).toString('base64url')}`;
  return { key, prefix, hash: hashKey(key) };
}

/** The key is random, so one round of SHA-256 is enough. */
export function hashKey(key: string): Buffer {
  return sha256(key);
}
