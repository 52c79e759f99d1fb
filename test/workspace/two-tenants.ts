import { beforeAll } from 'vitest';
import type { Seeded } from '../../src/commands/seed.js';
import type { Caller } from '../support/caller.js';
import { useApi } from '../support/use-api.js';

/** The API with two tenants, neither of which may see what the other keeps. */
export function useTwoTenants() {
  const used = Object.assign(useApi(), {
    project: '',
    other: undefined as unknown as Caller,
    theirs: undefined as unknown as Seeded,
  });
  beforeAll(async () => {
    used.project = used.stack.tenant.project_id;
    const { api_key, ...theirs } = await used.stack.seed('Globex', 'owner@globex.test');
    used.theirs = theirs;
    used.other = used.stack.caller(used.url, api_key);
  });
  return used;
}
