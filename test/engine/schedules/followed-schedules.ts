import { expect, vi } from 'vitest';
import type { Caller, Json } from '../../support/caller.js';
import { LONG, type TestStack } from '../../support/stack.js';

/** Makes or changes the caller's binding of the self-check in this scope, whatever its version is. */
export async function bind(api: Caller, scope: string, change: object, agent = 'self_check'): Promise<Json> {
  const { body } = await api.get(`/api/agents/${agent}/bindings`);
  const [project] = (await api.get('/api/projects')).body.projects;
  const before = body.bindings.find((binding: Json) => binding.scope === scope);
  const answer = await api.send('PUT', `/api/agents/${agent}/bindings/${scope}`, {
    ...change,
    ...(scope === 'project' ? { project_id: project.id } : {}),
    ...(before ? { version: before.version } : {}),
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

/** Waits until the agent has a schedule. */
export async function scheduleOf(
  api: Caller,
  agent: string,
  holds: (schedule: Json) => boolean = () => true,
): Promise<Json> {
  return vi.waitFor(async () => {
    const { body } = await api.get(`/api/schedules?agent=${agent}`);
    const found = body.schedules.find(holds);
    expect(found, JSON.stringify(body)).toBeDefined();
    return found;
  }, LONG);
}

/** The whole ledger of a schedule, page by page, the latest first. */
export async function ledger(api: Caller, id: string, limit = 500): Promise<Json[]> {
  const all: Json[] = [];
  for (let before = ''; ; ) {
    const { status, body } = await api.get(`/api/schedules/${id}/ticks?limit=${limit}${before}`);
    expect(status, JSON.stringify(body)).toBe(200);
    all.push(...body.ticks);
    if (!body.next_before) return all;
    before = `&before=${body.next_before}`;
  }
}

/** Waits until some ticks are as wanted, and returns them. */
export async function untilTicks(
  api: Caller,
  id: string,
  wanted: (ticks: Json[]) => Json[],
): Promise<Json[]> {
  return vi.waitFor(async () => {
    const ticks = await ledger(api, id);
    const found = wanted(ticks);
    expect(found.length, JSON.stringify(ticks.slice(0, 5))).toBeGreaterThan(0);
    return found;
  }, LONG);
}

/** An organisation with an owner and a project, by name. */
export async function newTenant(used: { stack: TestStack; url: string }, name: string): Promise<Caller> {
  const { api_key } = await used.stack.seed(name, `owner@${name.toLowerCase()}.test`);
  return used.stack.caller(used.url, api_key);
}

/** Makes an agent of the organisation's own, and publishes what it says. */
export async function publish(api: Caller, key: string, definition: object): Promise<void> {
  const made = await api.post('/api/agents', {
    key,
    title: key,
    purpose: 'Stands in for an agent that a person made.',
    definition: {
      instructions: 'Answer with one word.',
      output_schema: {
        type: 'object',
        properties: { word: { type: 'string' } },
        required: ['word'],
        additionalProperties: false,
      },
      ...definition,
    },
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const published = await api.post(`/api/agents/${key}/versions/1/publish`, { version: 1 });
  expect(published.status, JSON.stringify(published.body)).toBe(200);
}

/** Each tick of ten seconds is there once, and none of them is unaccounted for or missed. */
export async function expectContiguous(api: Caller, id: string): Promise<void> {
  const ticks = await ledger(api, id);
  const moments = ticks.map(({ tick_at }) => Date.parse(tick_at));
  for (const [index, moment] of moments.slice(1).entries()) expect(moments[index]! - moment).toBe(10_000);
  const outcomes = ticks.map(({ outcome }) => outcome);
  expect(outcomes).not.toContain('unaccounted');
  expect(outcomes).not.toContain('missed');
}
