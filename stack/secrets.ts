import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { KEY_BYTES, readKeys, writeKey } from '../src/platform/config/named-keys.js';
import { readJson, writePrivateJson } from './private-file.js';

export function postgresPassword(home: string): string {
  return secret(home, 'postgres_password', () => randomBytes(24).toString('base64url'));
}

/**
 * The keys for the home's own Temporal: those that a person gave, and the home's, which opens what was sealed before
 * anybody gave one.
 */
export function payloadKeys(home: string, given: string | undefined): string {
  return withOwn(home, 'temporal_payload_key', given);
}

/** The home's own key, kept among those that a person gives later, so that what it has signed still counts. */
export function signingKeys(home: string, given: string | undefined): string {
  return withOwn(home, 'audit_signing_key', given);
}

function withOwn(home: string, name: string, given: string | undefined): string {
  const id = `home-${randomBytes(4).toString('hex')}`;
  const own = secret(home, name, () => writeKey({ id, secret: randomBytes(KEY_BYTES) }));
  if (given === undefined) return own;
  const known = readKeys(own)?.newest?.id ?? '';
  return readKeys(given)?.all.has(known) ? given : `${given},${own}`;
}

/** Makes a secret once for each home and keeps it across starts. */
function secret(home: string, name: string, make: () => string): string {
  const path = join(home, 'secrets.json');
  const known = readJson(path);
  const kept = known?.[name];
  if (typeof kept === 'string') return kept;
  const made = make();
  writePrivateJson(path, { ...known, [name]: made });
  return made;
}
