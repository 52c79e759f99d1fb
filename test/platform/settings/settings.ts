import { expect } from 'vitest';
import type { Answer, Caller, Json } from '../../support/caller.js';

const PATH = '/api/settings';

export function put(api: Caller, settings: Json): Promise<Answer> {
  return api.send('PUT', PATH, { settings });
}

export async function settingsBy(api: Caller): Promise<Record<string, Json>> {
  const answer = await api.get(PATH);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return Object.fromEntries(answer.body.settings.map((one: Json) => [one.name, one]));
}

/** Overrides one setting, whatever its version is. */
export async function override(api: Caller, name: string, value: unknown): Promise<void> {
  const { version } = (await settingsBy(api))[name];
  const answer = await put(api, { [name]: { value, version } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}
