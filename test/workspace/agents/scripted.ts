import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { ok } from '../../support/answers.js';
import type { Caller, Json } from '../../support/caller.js';
import { sharedParts } from '../../support/private-parts.js';
import { ScriptedModel } from '../../support/scripted-model.js';
import { TestStack } from '../../support/stack.js';

/** Two tenants over HTTP, a worker, a model that says what it is told to, and the database for the stores. */
export function useScripted() {
  const used = {
    model: undefined as unknown as ScriptedModel,
    stack: undefined as unknown as TestStack,
    db: undefined as unknown as ReturnType<typeof createDataSource>,
    api: undefined as unknown as Caller,
    url: '',
    project: '',
    other: undefined as unknown as Caller,
    theirs: undefined as unknown as { organisation_id: string; project_id: string; user_id: string },
  };
  beforeAll(async () => {
    used.model = await ScriptedModel.start();
    used.stack = new TestStack({ ...sharedParts(), model: used.model.url });
    await used.stack.open();
    const [{ url }] = await Promise.all([used.stack.startApi(), used.stack.startWorker()]);
    used.url = url;
    used.api = used.stack.caller(url);
    used.project = `/api/projects/${used.stack.tenant.project_id}`;
    const seeded = await used.stack.seed('Globex', 'owner@globex.test');
    used.theirs = seeded;
    used.other = used.stack.caller(url, seeded.api_key);
    used.db = await createDataSource(used.stack.database, 4).initialize();
  });
  afterAll(async () => {
    await used.db.destroy();
    await used.stack.close();
    await used.model.close();
  });
  beforeEach(() => used.model.reset());
  return Object.assign(used, {
    says: (answer: object) =>
      used.model.misbehave([{ mode: 'say', text: JSON.stringify(answer), endpoint: 'responses' }]),
  });
}

export async function completed(api: Caller, id: string): Promise<Json> {
  const run = await api.ended(id);
  expect(run.status, JSON.stringify(run.error)).toBe('completed');
  return run;
}

/** Whatever a run has left is found where it says. */
export async function outputsOf(api: Caller, { outputs }: Json): Promise<Record<string, Json>> {
  const found: Record<string, Json> = {};
  for (const { type, href } of outputs) found[type] = ok(await api.get(href));
  return found;
}
