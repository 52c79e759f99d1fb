import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readJson, writePrivateJson } from './private-file.js';

/** Made once for each home and kept across starts. */
export function postgresPassword(home: string): string {
  const path = join(home, 'secrets.json');
  const known = readJson(path);
  if (typeof known?.postgres_password === 'string') return known.postgres_password;
  const password = randomBytes(24).toString('base64url');
  writePrivateJson(path, { ...known, postgres_password: password });
  return password;
}
