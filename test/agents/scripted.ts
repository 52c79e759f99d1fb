import { afterAll, beforeAll, expect } from 'vitest';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { ok } from '../support/answers.js';
import type { Caller, Json } from '../support/caller.js';
import { useScriptedStack } from '../support/scripted-stack.js';

/** Two tenants on a scripted stack, and its database for the stores. */
export function useScripted() {
  const used = Object.assign(useScriptedStack(), {
    db: undefined as unknown as ReturnType<typeof createDataSource>,
    project: '',
    other: undefined as unknown as Caller,
    theirs: undefined as unknown as { organisation_id: string; project_id: string; user_id: string },
  });
  beforeAll(async () => {
    used.project = `/api/projects/${used.stack.tenant.project_id}`;
    const seeded = await used.stack.seed('Globex', 'owner@globex.test');
    used.theirs = seeded;
    used.other = used.stack.caller(used.url, seeded.api_key);
    used.db = await createDataSource(used.stack.database, 4).initialize();
  });
  afterAll(() => used.db.destroy());
  return used;
}

export async function completed(api: Caller, id: string): Promise<Json> {
  const run = await api.ended(id);
  expect(run.status, JSON.stringify(run.error)).toBe('completed');
  return run;
}

/** Follows the links of a run and returns each output. */
export async function outputsOf(api: Caller, { outputs }: Json): Promise<Record<string, Json>> {
  const found: Record<string, Json> = {};
  for (const { type, href } of outputs) found[type] = ok(await api.get(href));
  return found;
}
