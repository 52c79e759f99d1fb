import { createHash } from 'node:crypto';

/** SHA-256, short enough to stand in a signed text. */
export const digestOf = (bytes: string | Uint8Array) =>
  createHash('sha256').update(bytes).digest('base64url');
