import { createHash } from 'node:crypto';

/** SHA-256. */
export const sha256 = (content: string | Uint8Array): Buffer => createHash('sha256').update(content).digest();

/** SHA-256 in 43 characters, short enough to stand in a signed text. */
export const digestOf = (content: string | Uint8Array) => sha256(content).toString('base64url');

export const hexDigestOf = (content: string | Uint8Array) => sha256(content).toString('hex');
