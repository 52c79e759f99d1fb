import { join } from 'node:path';
import { readJson, writePrivateJson } from './private-file.js';

export interface Identities {
  api_key: string;
  organisation_id: string;
  project_id: string;
  user_id: string;
}

/** A script or a person needs these values to use this installation; `url` is set only while the API answers. */
export interface Credentials extends Partial<Identities> {
  url?: string;
  temporal_ui?: string;
  openapi?: string;
}

const pathOf = (home: string) => join(home, 'credentials.json');

/**
 * Reads the last line of the seed's output. The key is set only if one was made; null means that the server has no
 * owner the seed knows.
 */
export function readSeed(output: string): (Omit<Identities, 'api_key'> & { api_key?: string }) | null {
  const line = output.trim().split('\n').at(-1) ?? '';
  const seeded = JSON.parse(line) as Identities | null;
  if (seeded === null) return null;
  const { organisation_id, project_id, user_id, api_key } = seeded;
  for (const id of [organisation_id, project_id, user_id]) {
    if (typeof id !== 'string')
      throw new Error('the seed must print organisation_id, project_id and user_id');
  }
  return { organisation_id, project_id, user_id, ...(api_key ? { api_key } : {}) };
}

/** The ids that an earlier start wrote, as the seed takes them; null before the first start. */
export function earlierIds(home: string): string | null {
  const { organisation_id, project_id, user_id } = readJson(pathOf(home)) ?? {};
  const ids = { organisation_id, project_id, user_id };
  return Object.values(ids).every((id) => typeof id === 'string') ? JSON.stringify(ids) : null;
}

/** The key of an earlier start, as long as it belongs to the same organisation. */
export function knownKey(home: string, organisation: string): string | undefined {
  const known = readJson(pathOf(home));
  return known?.organisation_id === organisation && typeof known.api_key === 'string'
    ? known.api_key
    : undefined;
}

export function writeCredentials(home: string, credentials: Credentials): void {
  writePrivateJson(pathOf(home), credentials);
}

/** A process that waits for `url` then waits for the next start. */
export function withdrawUrl(home: string): void {
  const known = readJson(pathOf(home));
  if (known?.url === undefined) return;
  const { url: _, ...rest } = known;
  writePrivateJson(pathOf(home), rest);
}
